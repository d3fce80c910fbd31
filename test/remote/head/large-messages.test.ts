import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LARGEST_MESSAGE } from '../../../server/remote/messages/envelope.ts';
import { toPlain } from '../../../server/remote/messages/typed-json.ts';
import type { SignedStructure } from '../../../server/training/signature.ts';
import { MACHINE } from '../scripted-member.ts';
import { COMPLETE, LOADED, OpenedHead, segment } from './open-remote-head.ts';

const hashOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

test('a sweep of very many structures, and as many signatures, are more than a message takes, and come all the same', async () => {
  const all = new OpenedHead();
  const structures = Array.from({ length: 20_000 }, (_, n) => ({ batchSize: n, network: 'a'.repeat(60) }) as unknown);
  expect(JSON.stringify(structures).length).toBeGreaterThan(LARGEST_MESSAGE);
  const ended = new AbortController();
  const seating = all.begin(structures as SignedStructure[]);
  const opened = seating.open({ most: 1, begin: () => {}, gone: () => {}, waiting: () => [], ended: ended.signal });
  const member = all.member('a');
  member.hello();
  const told = await member.hears('sweep');
  expect(told.structures).toEqual(structures);
  const signatures = structures.map((_, n) => hashOf(n));
  await member.sayAtLength({ kind: 'ready', sweep: told.sweep, machine: MACHINE, signatures });
  expect((await member.hears('class')).name).toMatch(/^[0-9a-f]{12}$/);
  expect(all.logged.filter((line) => !line.includes('has come'))).toEqual([]);
  ended.abort();
  await opened;
});

test('an order with a very large model goes to the worker, and a segment with very many points comes back', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const layers = Array.from({ length: 50_000 }, (_, n) => ({ conv: n, padding: 'valid', bias: false }));
  expect(JSON.stringify(layers).length).toBeGreaterThan(LARGEST_MESSAGE);
  const settings = { training: { model: { layers } } } as never;
  const { told, ended } = all.train(seat, { from: 0, to: 100, settings });
  const { order, grant } = await member.hears('train');
  expect(order).toMatchObject({ from: 0, to: 100, settings });
  member.hello({ grants: [] });
  expect((await member.hears('train')).order).toEqual(order); // it is sent again as it was

  const points = Array.from({ length: 1_000 }, (_, n) => ({
    metric: `val/${n}`,
    epsilon: null,
    batches: Int32Array.from({ length: 100 }, (_, batch) => batch),
    values: Float64Array.from({ length: 100 }, (_, batch) => (batch === 7 ? NaN : n + batch)),
  }));
  member.say(LOADED, grant);
  await member.sayAtLength(toPlain(segment(0, 100, { points, ...COMPLETE })) as object, grant);
  expect((await member.hears('committed')).to).toBe(100);
  expect(await ended).toBeNull();
  expect(told.segments[0]!.points).toEqual(points);
  member.say({ kind: 'bye' });
  await all.head.close(null);
  expect(readdirSync(all.blobs.folder)).toEqual([]);
});

test('a large message whose bytes have not come is dropped, and taken when it is sent again', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(LOADED, grant);
  member.say({ blob: { hash: hashOf(1), size: 100_000 } }, grant);
  await member.sayAtLength(segment(0, 100, { ...COMPLETE, padding: undefined }), grant);
  expect(await ended).toBeNull();
  expect(all.head.dropped).toBe(1);
});

test('a large message that is no text of ours fails the stage under whose grant it came', async () => {
  const all = new OpenedHead();
  const { member, seat } = await all.claimer('a');
  const { ended } = all.train(seat);
  const { grant } = await member.hears('train');
  member.say(LOADED, grant);
  member.say({ blob: { hash: hashOf(1), size: 1e12 } }, grant);
  expect((await member.hears('drop')).grant).toBe(grant);
  expect((await ended)!.message).toMatch(/^On a: its worker sent a message .* that is not as it should be$/);
});
