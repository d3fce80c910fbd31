import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { BlobRef } from '../../../server/remote/blobs/blob-store.ts';
import { MOST_HELD } from '../../../server/remote/head/member.ts';
import { RemoteHead } from '../../../server/remote/head/remote-head.ts';
import { newSecret } from '../../../server/remote/broker/join-file.ts';
import { inboxOf, ordersOf } from '../../../server/remote/queues/names.ts';
import { WorkerError, WorkerLost } from '../../../server/runner/workers/trainer.ts';
import { COMPLETE, LOADED, OpenedHead, segment } from './open-remote-head.ts';

/** What a worker says counts where it is sealed, of this term, and under the grant of its ticket; else it is dropped. */

test('a stage is ordered, told of, stored and confirmed', async () => {
  const all = new OpenedHead();
  const { member, ticket, seat } = await all.claimer('a');
  const { told, ended } = all.train(seat);
  const { grant, order, ticket: ordered } = await member.hears('train');
  expect(ordered).toBe(ticket);
  expect(order).toMatchObject({ from: 0, to: 100 });
  expect(grant).toMatch(/^[0-9a-f]{32}$/);
  member.say(LOADED, grant);
  member.say({ kind: 'progress', batch: 20 }, grant);
  member.say(segment(0, 50), grant);
  expect((await member.hears('committed')).to).toBe(50);
  member.say(segment(50, 100, COMPLETE), grant);
  expect((await member.hears('committed')).to).toBe(100);
  expect(await ended).toBeNull();
  expect(told.loaded).toHaveLength(1);
  expect(told.progress).toEqual([20]);
  expect(told.segments.map(({ from, to }) => [from, to])).toEqual([
    [0, 50],
    [50, 100],
  ]);
  expect(all.head.dropped).toBe(0);
  expect(seat.gone.aborted).toBe(true);
});

test('messages that are doubled, played back or sealed for somebody else are dropped and counted', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { told } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(LOADED, grant);
  const first = member.say(segment(0, 50), grant);
  await member.hears('committed');
  const send = (text: string): Promise<void> => all.post.send('head', text);

  await send(first); // delivered twice
  member.say(segment(50, 60), grant, { term: 0 }); // a term that is over
  member.say(segment(50, 60), grant, { term: 2 }); // and one that has not begun
  member.say(segment(50, 60), grant, { recipient: 'another' });
  member.say(segment(50, 60), grant, { queue: inboxOf('a') });
  all.member('a', { ...all.identity, secret: newSecret() }).say(segment(50, 60), grant);
  all.member('a', { ...all.identity, database: randomUUID() }).say(segment(50, 60), grant);
  all.member('stranger').say(segment(50, 60), grant); // who has not said hello
  await send(`{"database":"${all.identity.database}","body":"${'x'.repeat(1e8)}"}`);
  member.say({ kind: 'nonsense' }, grant);
  member.say({ kind: 'progress', batch: -1 }, grant);
  member.say({ kind: 'claim', ticket: '' });
  await vi.waitFor(() => expect(all.head.dropped).toBe(12));

  member.say(segment(50, 100, COMPLETE), grant);
  await member.hears('committed');
  expect(told.segments.map(({ to }) => to)).toEqual([50, 100]);
  expect(told.progress).toEqual([]);
  expect(all.post.errors).toEqual([]);
});

test('segments that may come again as they should be are dropped', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { told } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(segment(0, 50), grant); // nobody knows yet what it is trained with
  member.say(LOADED, grant);
  member.say(segment(10, 50), grant); // its beginning is missing
  member.say(segment(0, 50, { checkpoint: { batch: 50, hash: 'a'.repeat(64), size: 3 } }), grant); // whose bytes did not come
  member.say({ blob: { hash: 'a'.repeat(64), size: 3 } }, grant); // which did not come
  member.say(segment(0, 50), 'f'.repeat(32)); // a grant that nobody drew
  member.say(segment(0, 50), null);
  await vi.waitFor(() => expect(all.head.dropped).toBe(6));
  member.say(segment(0, 50), grant);
  expect((await member.hears('committed')).to).toBe(50);
  expect(told.segments.map(({ to }) => to)).toEqual([50]);
  expect(all.post.errors).toEqual([]);
});

const points = (batches: unknown, values: unknown): object => ({
  points: [{ metric: 'train/total', epsilon: null, batches, values }],
});
const NONE = { $: 'Int32Array', bytes: '' };
const TWO = { $: 'Float64Array', bytes: Buffer.alloc(16).toString('base64') };

test.each([
  ['more than was ordered', segment(0, 101), /sent the batches \[0, 101\), where those from 0 to 100 are wanted/],
  ['less than was ordered, and no more to come', segment(0, 50, COMPLETE), /sent the batches \[0, 50\)/],
  ['fewer values than batches', segment(0, 50, points(NONE, TWO)), /a segment that is none \(points.0: wanted a value/],
  ['no batches', segment(0, 50, points(null, TWO)), /a segment that is none \(points.0.batches: /],
  ['an array of no kind', segment(0, 50, points({ $: 'constructor' }, TWO)), /Found a value of the kind constructor/],
  ['no segment', { kind: 'segment', segment: null }, /a segment that is none \(the whole: /],
  ['nothing that it was trained with', { kind: 'loaded', loaded: 7 }, /of the kind "loaded" that is not as it should/],
])(
  'a stage fails with the reason where its worker sends %s, which would be the same each time',
  async (_, said, reason) => {
    const all = new OpenedHead();
    const { member, seat } = await all.claimer('a');
    const { told, ended } = all.train(seat);
    const { grant } = await member.hears('train');
    member.say(LOADED, grant);
    member.say(said, grant);
    expect((await member.hears('drop')).grant).toBe(grant);
    const error = await ended;
    expect(error).toBeInstanceOf(WorkerError);
    expect(error).not.toBeInstanceOf(WorkerLost); // so that it counts as a try
    expect(error!.message).toMatch(/^On a: its worker /);
    expect(error!.message).toMatch(reason);
    member.say(said, grant); // it has not heard yet
    member.hello({ grants: [grant!] });
    expect((await member.hears('drop')).grant).toBe(grant);
    expect([told.segments, all.post.errors, seat.gone.aborted]).toEqual([[], [], true]);
  },
);

test('a part of what has come is no segment either', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { told, ended } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(LOADED, grant);
  member.say(segment(0, 50), grant);
  member.say(segment(20, 70), grant);
  expect((await ended)!.message).toContain('sent the batches [20, 70), where those from 50 to 100 are wanted');
  expect(told.segments.map(({ to }) => to)).toEqual([50]);
});

test('a segment that is sent again is confirmed again when it is stored, and told once', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  let store = (): void => {};
  all.storing = new Promise((resolve) => (store = resolve));
  const { told } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(LOADED, grant);
  member.say(segment(0, 50), grant);
  member.say(LOADED, grant);
  member.say(segment(0, 50), grant);
  expect((await member.hears('committed')).to).toBe(0); // it is on its way
  store();
  expect((await member.hears('committed')).to).toBe(50);
  member.say(segment(0, 50), grant);
  expect((await member.hears('committed')).to).toBe(50);
  member.say(segment(50, 100, COMPLETE), grant);
  expect((await member.hears('committed')).to).toBe(100);
  member.say(segment(50, 100, COMPLETE), grant); // the answer was lost, and the stage is over
  expect((await member.hears('committed')).to).toBe(100);
  expect(told.segments).toHaveLength(2);
  expect(told.loaded).toHaveLength(1);
});

test('a ticket that is claimed a second time is the second one’s: the first is told to drop it, and counts no more', async () => {
  const all = new OpenedHead();
  const { member: a, ticket, seat } = await all.claimer('a');
  const { told, ended } = all.train(seat);
  const { grant: before } = await a.hears('train');
  a.say(LOADED, before);
  const b = all.member('b');
  await b.joins();
  b.say({ kind: 'claim', ticket });
  expect((await a.hears('drop')).grant).toBe(before);
  expect(await ended).toBeInstanceOf(WorkerLost);

  const again = all.train(seat);
  const { grant } = await b.hears('train');
  expect(grant).not.toBe(before);
  a.say(segment(0, 50), before);
  expect((await a.hears('drop')).grant).toBe(before);
  a.say(segment(0, 50), grant); // it has stolen it
  b.say(LOADED, grant);
  b.say(segment(0, 100, COMPLETE), grant);
  expect(await again.ended).toBeNull();
  expect([told.segments, again.told.segments.length, all.head.dropped]).toEqual([[], 1, 2]);
});

test('whoever claims again what it has already is told once more what it is', async () => {
  const all = new OpenedHead();
  const { member, ticket, seat } = await all.claimer('a');
  member.say({ kind: 'claim', ticket }); // nothing is ordered yet
  all.train(seat);
  const { grant } = await member.hears('train');
  member.say({ kind: 'claim', ticket });
  expect((await member.hears('train')).grant).toBe(grant);
});

test('a ticket of nobody, of before, or of another class stands for nothing', async () => {
  const all = new OpenedHead();
  const { member } = await all.claimer('a');
  member.say({ kind: 'claim', ticket: 'ticket-of-another-head' });
  expect((await member.hears('nothing')).ticket).toBe('ticket-of-another-head');
  // It has not opened the engine of this sweep.
  const early = all.member('early');
  early.hello();
  await early.hears('sweep');
  early.say({ kind: 'claim', ticket: 'ticket' });
  expect((await early.hears('nothing')).ticket).toBe('ticket');
});

test('a worker that does not know of its stage gets the order again; what nobody ordered is dropped', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  const { grant } = await member.hears('train');
  member.hello({ grants: [grant!] });
  expect(await member.rest()).toEqual([]);
  member.hello({ grants: ['e'.repeat(32)] });
  expect(await member.rest()).toEqual(['train', 'drop']);
  member.say({ kind: 'failed', message: 'it is not trained', lost: true }, grant);
  expect(await ended).toBeInstanceOf(WorkerLost);
  expect(seat.gone.aborted).toBe(true);
});

test('a stage that fails there is told apart from one that is given back', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say({ kind: 'failed', message: 'NaN in the weights', lost: false }, grant);
  const error = await ended;
  expect(error).toBeInstanceOf(WorkerError);
  expect(error).not.toBeInstanceOf(WorkerLost);
  expect(error!.message).toBe('On a: NaN in the weights');
});

test('a worker that is lost while its order is laid out loses the stage at once', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  let layOut = (_: { packed: BlobRef; release: () => void }): void => {};
  all.blobs.offer = () => new Promise((resolve) => (layOut = resolve));
  const { ended } = all.train(seat);
  member.say({ kind: 'bye' });
  await vi.waitFor(() => expect(all.gone).not.toEqual([]));
  const release = vi.fn();
  layOut({ packed: { hash: '0'.repeat(64), size: 1 }, release });
  expect(await ended).toBeInstanceOf(WorkerLost);
  expect(release).toHaveBeenCalledOnce();
  expect(await member.rest()).toEqual([]);
});

test('a stage that is stopped while its order is laid out does not begin', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  seat.taken!.stop();
  expect(await ended).toBeInstanceOf(WorkerLost);
  expect(await member.rest()).toEqual([]);
});

test('a worker of another version is sent home with what to install, and is no member', async () => {
  const all = new OpenedHead();
  const other = all.member('other');
  other.hello({ cosweep: '9.9.9' });
  expect((await other.hears('end')).reason).toBe(
    'the head has Cosweep 1.2.3 and this worker 9.9.9; install 1.2.3 here too (in a checkout: the same commit)',
  );
  expect(all.head.members.list).toEqual([]);
  expect(all.logged).toEqual(['a worker on other was sent away: it has Cosweep 9.9.9, wanted 1.2.3']);
});

test('whoever says goodbye is gone at once, and its stage is somebody else’s', async () => {
  const all = new OpenedHead();
  const { member: a, seat, queue } = await all.claimer('a');
  const { ended } = all.train(seat);
  await a.hears('train');
  a.say({ kind: 'bye' });
  expect(await ended).toBeInstanceOf(WorkerLost);
  expect([...new Set(all.gone)]).toEqual([queue.slice('orders.'.length)]);
  const { member: b } = await all.claimer('b');
  all.train(seat);
  await b.hears('train');
});

test('whoever is silent is lost, and welcome when it is heard again', async () => {
  const all = new OpenedHead(100);
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  const { grant } = await member.hears('train');
  expect(await ended).toBeInstanceOf(WorkerLost);
  member.say(segment(0, 50), grant); // it has slept
  await member.joins();
  expect((await all.claimer('b')).seat).toBe(seat);
  expect(all.logged.join('\n')).toContain('is gone: nothing was heard of it');
});

test('a ticket that the broker has lost is put out again, under another name', async () => {
  const all = new OpenedHead(600);
  const member = all.member('a');
  const keeping = setInterval(() => member.hello(), 20);
  const queue = ordersOf(await member.joins());
  void all.seats[0]!.ready(new AbortController().signal);
  const first = await member.draws(queue);
  all.post.loseAll();
  const second = await member.draws(queue);
  clearInterval(keeping);
  expect(second).not.toBe(first);
  member.say({ kind: 'claim', ticket: first });
  expect((await member.hears('nothing')).ticket).toBe(first);
});

test('Ctrl-C does not wait for a broker that is away', async () => {
  const all = new OpenedHead();
  const tickets = all.post.tickets('orders.any');
  all.post.tickets = () => ({ ...tickets, add: () => new Promise(() => {}) });
  await all.member('a').joins();
  const stop = new AbortController();
  const [seat] = all.seats;
  const ready = seat!.ready(stop.signal);
  stop.abort();
  expect(await ready).toBeNull();
});

test('whoever comes when all is done is sent home', async () => {
  const all = new OpenedHead();
  const early = all.member('early');
  early.hello();
  await early.hears('sweep');
  const closing = all.head.close('the disk is full');
  expect((await early.hears('end')).reason).toBe('the disk is full');
  const late = all.member('late');
  late.hello();
  expect((await late.hears('end')).reason).toBe('the disk is full');
  for (const member of [early, late]) member.say({ kind: 'bye' });
  await closing;
});

test('whoever leaves or is lost leaves no inbox behind', async () => {
  const all = new OpenedHead(100);
  const forgotten: string[] = [];
  const forget = all.post.forget.bind(all.post);
  all.post.forget = async (queue) => {
    forgotten.push(queue);
    await forget(queue);
  };
  const [leaves, isLost] = [all.member('leaves'), all.member('is-lost')];
  await Promise.all([leaves.joins(), isLost.joins()]);
  leaves.say({ kind: 'bye' });
  const other = all.member('other');
  other.hello({ cosweep: '9.9.9' });
  await other.hears('end');
  other.say({ kind: 'bye' });
  await vi.waitFor(() => expect(all.head.members.list).toEqual([]));
  const inboxes = (): string[] => [...new Set(forgotten)].filter((queue) => queue.startsWith(inboxOf('')));
  await vi.waitFor(() => expect(inboxes().sort()).toEqual(['is-lost', 'leaves', 'other'].map(inboxOf)));
});

test('a head that ends waits for those whom it has sent home only now, and leaves nothing', async () => {
  const all = new OpenedHead();
  const clear = vi.spyOn(all.post, 'clear');
  const early = all.member('early');
  await early.joins();
  const closing = all.head.close(null);
  await early.hears('end');
  const late = all.member('late');
  late.hello();
  early.say({ kind: 'bye' });
  await late.hears('end');
  expect(clear).not.toHaveBeenCalled();
  late.say({ kind: 'bye' });
  await closing;
  expect(clear).toHaveBeenCalledOnce();
});

test('a head that has lost the lease, or never had it, leaves the queues of the others alone', async () => {
  const lost = new OpenedHead();
  const { post, blobs, identity } = lost;
  const clear = vi.spyOn(post, 'clear');
  const ended = lost.head.close(null, { isReplaced: true });
  expect(lost.head.close(null)).toBe(ended);
  await ended;
  const options = { cosweep: '1.2.3', lock: 60_000, log: () => {} };
  await new RemoteHead({ identity: { ...identity, name: 'head' }, post, blobs, ...options }).close(null);
  expect(clear).not.toHaveBeenCalled();
});

test('what a worker that is gone said to a head before does not choose the engine', async () => {
  const before = new OpenedHead();
  await before.head.close(null);
  before.member('gone').hello({ engine: 'tensorflow' });
  const { post, blobs, identity } = before;
  const options = { cosweep: '1.2.3', lock: 60_000, log: () => {} };
  const head = new RemoteHead({ identity: { ...identity, name: 'head' }, post, blobs, ...options });
  head.begin(2);
  const engine = head.engine('auto', new AbortController().signal);
  const there = before.member('there');
  there.hello({ engine: 'wasm' });
  expect(await engine).toBe('wasm');
  expect(head.members.list.map(({ id }) => id)).toEqual(['there']);
  const closing = head.close(null);
  there.say({ kind: 'bye' }, null, { term: 2 });
  await closing;
});

test('of what a worker has, a number of checkpoints is known that does not grow', async () => {
  const all = new OpenedHead();
  const { seat } = await all.claimer('a');
  const [member] = all.head.members.list;
  for (let n = 0; n < MOST_HELD; n++) member!.holds.add(`checkpoint-${n}`);
  const trainer = seat.trainer();
  expect(trainer.holds('checkpoint-0')).toBe(true);
  member!.holds.add('checkpoint-1');
  for (let n = 1; n < MOST_HELD; n++) member!.holds.add(`further-${n}`);
  expect([0, 1, 2].map((n) => trainer.holds(`checkpoint-${n}`))).toEqual([false, true, false]);
});
