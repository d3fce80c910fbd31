import { expect, test } from 'vitest';
import { Members, type Member } from '../../server/remote/head/member.ts';
import { presentOf } from '../../server/remote/head/present-of.ts';
import { RemoteSeating } from '../../server/remote/head/remote-seating.ts';
import { RecentNames } from '../../server/remote/recent-names.ts';
import type { HeadBlobs } from '../../server/remote/head/head-blobs.ts';
import type { PostOffice, Tickets } from '../../server/remote/queues/post-office.ts';
import type { BitClass } from '../../server/runner/workers/seat.ts';

const tickets: Tickets = {
  add: async () => {},
  isThere: async () => true,
  remove: async () => {},
  clear: async () => {},
};

/** A sweep of seeds 1 to 3, whose classes are named as the devices are; class `a` has begun seed 1 and `b` seed 2. */
function sweepOf() {
  const members = new Members();
  const post = { tickets: () => tickets } as unknown as PostOffice;
  const seating = new RemoteSeating(
    7001,
    {
      ...{ sweepId: 3, engine: 'wasm', structures: [] },
      classOf: (machine) => ({ ...machine, name: machine.device, bitsOf: () => null }),
      program: null,
      noteInexact: async () => {},
      tell: () => {},
    },
    { members, post, blobs: {} as HeadBlobs, spare: 0, tell: () => {} },
  );
  const ended = new AbortController();
  const owner = new Map([
    [1, 'a'],
    [2, 'b'],
  ]);
  const mayTrain = (seed: number, { name }: BitClass) => [undefined, name].includes(owner.get(seed));
  const waiting = (present: readonly BitClass[]) =>
    [1, 2, 3].filter((seed) => !present.some((bits) => mayTrain(seed, bits)));
  void seating.open({ most: 3, begin: () => {}, gone: () => {}, waiting, ended: ended.signal });
  const come = (id: string): Member => {
    const member: Member = {
      ...{ id, host: id, pid: 1, slots: 1, engine: 'tensorflow', holds: new RecentNames(1) },
      ...{ cameAt: 0, heardAt: 0, sweep: null, machine: null, bits: null, unable: null },
    };
    members.add(member);
    return member;
  };
  const open = (member: Member, device: string) =>
    seating.admit(member, {
      ...{ kind: 'ready', sweep: 1, signatures: [], slots: 1, inexact: null },
      machine: { device, versions: {} },
    });
  const seen = () => {
    const { sweepId, workers, waiting: seeds } = presentOf(members, seating);
    return { sweepId, workers: workers.map(({ id, state, reason }) => [id, state, reason]), waiting: seeds };
  };
  return { members, seating, ended, come, open, seen };
}

test('a seed waits for the class that may train it, as soon as that was there', async () => {
  const { members, come, open, seen } = sweepOf();
  const [first, second] = [come('first'), come('second')];
  expect(seen().workers).toEqual([
    ['first', 'opening', null],
    ['second', 'opening', null],
  ]);
  await open(first, 'a');
  expect(seen()).toMatchObject({ sweepId: 3, waiting: [{ seed: 2, bits: null }] });
  await open(second, 'b');
  expect(seen().waiting).toEqual([]);
  members.remove(second, 'it has left');
  expect(seen()).toEqual({
    sweepId: 3,
    workers: [
      ['first', 'ready', null],
      ['second', 'gone', 'it has left'],
    ],
    waiting: [{ seed: 2, bits: 'b' }],
  });
});

test('engine and device are those that it has opened for the sweep', async () => {
  const { members, seating, come, open } = sweepOf();
  const member = come('first');
  const described = () => presentOf(members, seating).workers[0];
  expect(described()).toMatchObject({ engine: 'tensorflow', machine: null, bits: null });
  await open(member, 'a');
  expect(described()).toMatchObject({ engine: 'wasm', machine: { device: 'a' }, bits: 'a' });
});

test('whoever cannot train the sweep is seen with the reason', () => {
  const { come, seen } = sweepOf();
  come('first').unable = 'there is no such data set';
  expect(seen().workers).toEqual([['first', 'unable', 'there is no such data set']]);
});

test('whoever was silent and comes again is there once, and of those who are gone the last 20 are', () => {
  const { members, come, seen } = sweepOf();
  members.remove(come('silent'), 'nothing was heard of it');
  come('silent');
  expect(seen().workers).toEqual([['silent', 'opening', null]]);
  for (let n = 0; n < 25; n++) members.remove(come(`brief-${n}`), 'it has left');
  const ids = seen().workers.map(([id]) => id);
  expect([ids.length, ids[1], ids.at(-1)]).toEqual([21, 'brief-24', 'brief-5']);
});

test('between two sweeps everybody is ready, and no seed waits', async () => {
  const { ended, come, seen } = sweepOf();
  come('first');
  ended.abort();
  expect(seen()).toEqual({ sweepId: null, workers: [['first', 'ready', null]], waiting: [] });
});
