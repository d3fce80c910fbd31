import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../../server/http/answer.ts';
import { routes } from '../../server/http/routes.ts';
import { errorResponse } from '../../server/http/schemas/error.ts';
import type { ExtensionPlan } from '../../server/http/schemas/extend.ts';
import { takeLease, releaseLease, type Lease } from '../../server/store/database/lease.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { planText } from './plan-text.ts';
import { storeTrainedSweep } from './trained-sweep.ts';

let folder: string;
let storage: Storage;
const started: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-extend-'));
  storage = await openStorage({ file: join(folder, 'test.db'), create: true });
  storeTrainedSweep(storage);
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

async function post(path: string, id: string, body: unknown, of = storage): Promise<{ status: number; body: never }> {
  const route = routes.find((each) => each.method === 'post' && each.path === path)!;
  const actions = {
    startRun: async (sweep: string) => void started.push(sweep),
    plan: async (text: string) => planText(text),
    doctor: async () => null as never,
    lastDoctor: () => null,
  };
  const reply = await answer(route, { storage: of, actions }, { params: { id }, query: {}, body }, (error) => {
    throw error;
  });
  const sent = JSON.parse(JSON.stringify(reply.body));
  (reply.status < 400 ? route.answer.shape : errorResponse).parse(sent);
  return { status: reply.status, body: sent as never };
}

const plan = async (body: unknown): Promise<ExtensionPlan> => (await post('/sweeps/:id/extension', 's1', body)).body;

test('an extension is planned without a change, and then queued and started', async () => {
  const before = (await readSweep(storage, 1))!;
  expect(await plan({ seeds: 8 })).toMatchObject({
    seeds: { before: 6, after: 8 },
    runs: { before: 18, after: 24, stored: 17 },
    newSeeds: [6, 7],
    looks: 2,
  });
  expect(await readSweep(storage, 1)).toEqual(before);
  expect(started).toEqual([]);
  const { status, body } = await post('/sweeps/:id/extend', 's1', { seeds: 8 });
  expect([status, body, started]).toEqual([202, { id: 's1', name: 'two-betas', state: 'queued' }, ['s1']]);
  expect(await readSweep(storage, 1)).toMatchObject({ seeds: 8, counts: { complete: 16, waiting: 6, failed: 1 } });
  // Only what was complete is a look: more seeds before these are trained add none.
  expect(await plan({ seeds: 12 })).toMatchObject({ looks: 2 });
  expect(readResults(storage, 1, [])).toMatchObject({ looks: 2, armsBefore: [] });
});

test('seeds of a confirmation are left to it', async () => {
  await post('/sweeps/:id/confirm', 's1', { arm: 1, seeds: 3 });
  expect((await readSweep(storage, 2))!.plan.seeds).toEqual([8, 9, 10]);
  expect((await plan({ seeds: 10 })).newSeeds).toEqual([11, 12]);
  const { definition } = (await readSweep(storage, 1))!;
  const refused = await post('/sweeps/:id/extend', 's1', {
    definition: JSON.stringify({ ...JSON.parse(definition), seeds: 9 }),
  });
  expect(refused).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('by seed 8') } } });
  expect(await post('/sweeps/:id/extension', 's2', { seeds: 20 })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('it confirms an arm') } },
  });
  expect((await post('/sweeps/:id/extension', 's1', {})).status).toBe(400);
});

test('a sweep in training is left alone', async () => {
  const { lease } = takeLease(storage, 'a test') as { lease: Lease };
  storage.prepare(`UPDATE "Sweep" SET state = 'running' WHERE id = 1`).run();
  const refused = await post('/sweeps/:id/extend', 's1', { seeds: 20 });
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('being trained') } },
  });
  expect((await readSweep(storage, 1))!.seeds).toBe(8);
  releaseLease(storage, lease);
});

test('a look is not lost where arms are added before seeds', async () => {
  const other = await openStorage({ file: join(folder, 'other.db'), create: true });
  storeTrainedSweep(other);
  const looksAfter = async (body: object): Promise<number> => {
    expect((await post('/sweeps/:id/extend', 's1', body, other)).status).toBe(202);
    return readResults(other, 1, [])!.looks;
  };
  expect(await looksAfter({ values: { beta: [0.45] } })).toBe(1);
  expect(await looksAfter({ seeds: 8 })).toBe(2);
  await other.close();
});
