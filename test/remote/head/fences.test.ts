import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { BlobRef } from '../../../server/remote/blobs/blob-store.ts';
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

test('segments that are out of place, or none, are dropped', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { told } = all.train(seat);
  const { grant } = await member.hears('train');
  const points = (batches: unknown, values: unknown): object => ({
    points: [{ metric: 'train/total', epsilon: null, batches, values }],
  });
  const none = { $: 'Int32Array', bytes: '' };
  const two = { $: 'Float64Array', bytes: Buffer.alloc(16).toString('base64') };
  member.say(segment(0, 50), grant); // nobody knows yet what it is trained with
  member.say(LOADED, grant);
  member.say(segment(10, 50), grant); // its beginning is missing
  member.say(segment(0, 101), grant); // more than was ordered
  member.say(segment(0, 50, COMPLETE), grant); // less than was ordered, and no more to come
  member.say(segment(0, 50, { checkpoint: { batch: 50, hash: 'a'.repeat(64), size: 3 } }), grant); // whose bytes did not come
  member.say(segment(0, 50, points(none, two)), grant);
  member.say(segment(0, 50, points(null, two)), grant);
  member.say(segment(0, 50, points({ $: 'constructor' }, two)), grant);
  member.say({ kind: 'segment', segment: null }, grant);
  member.say({ kind: 'segment', segment: { blob: { hash: 'a'.repeat(64), size: 3 } } }, grant); // which did not come
  member.say(segment(0, 50), 'f'.repeat(32)); // a grant that nobody drew
  member.say(segment(0, 50), null);
  await vi.waitFor(() => expect(all.head.dropped).toBe(12));
  member.say(segment(0, 50), grant);
  expect((await member.hears('committed')).to).toBe(50);
  member.say(segment(20, 70), grant); // a part of it is there
  await vi.waitFor(() => expect(all.head.dropped).toBe(12));
  expect(told.segments.map(({ to }) => to)).toEqual([50]);
  expect(all.post.errors).toEqual([]);
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
  early.say({ kind: 'bye' });
  await closing;
});
