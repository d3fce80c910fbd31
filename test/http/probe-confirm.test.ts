import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../../server/http/answer.ts';
import type { ConfirmReport } from '../../server/http/schemas/confirm.ts';
import type { ProbeReport } from '../../server/http/schemas/probe.ts';
import type { Context } from '../../server/http/route.ts';
import type { ErrorResponse } from '../../server/http/schemas/error.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import type { StartResponse } from '../../server/http/schemas/start.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { routes } from '../../server/http/routes.ts';
import { errorResponse } from '../../server/http/schemas/error.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { planText } from './plan-text.ts';
import { storeTrainedSweep } from './trained-sweep.ts';

let folder: string;
let storage: Storage;
const started: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-probe-'));
  storage = await openStorage({ file: join(folder, 'test.db'), create: true });
  storeTrainedSweep(storage);
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

async function ask<Body>(
  method: 'get' | 'post',
  path: string,
  id: string,
  body?: unknown,
): Promise<{ status: number; body: Body }> {
  const route = routes.find((each) => each.method === method && each.path === path)!;
  const actions = {
    startRun: async (sweep: string) => void started.push(sweep),
    plan: async (text: string) => planText(text),
    doctor: async () => null as never,
    lastDoctor: () => null,
  };
  const reply = await answer(route, { storage, actions }, { params: { id }, query: {}, body }, (error) => {
    throw error;
  });
  const sent = JSON.parse(JSON.stringify(reply.body));
  (reply.status < 400 ? route.answer.shape : errorResponse).parse(sent);
  return { status: reply.status, body: sent };
}

const probe = (id: string) => ask<ProbeReport>('get', '/sweeps/:id/probe', id);
const confirmation = (id: string) => ask<ConfirmReport>('get', '/sweeps/:id/confirmation', id);
const detail = async (id: string) => (await ask<SweepDetail>('get', '/sweeps/:id', id)).body;
const confirm = (body: unknown) =>
  ask<StartResponse & { error: { code: string; message: string } }>('post', '/sweeps/:id/confirm', 's1', body);

test('a probe of trunks that were not measured knows nothing, and says so', async () => {
  const { status, body } = await probe('s1');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    sweepId: 's1',
    trunks: [{ end: 40, seeds: [], candidates: [{ N: 20, before: null, after: null, epsilons: [] }] }],
  });
  expect(body.arms.map(({ arm, verdict }) => [arm, verdict])).toEqual([
    [0, null],
    [1, null],
  ]);
  expect((await probe('s99')).status).toBe(404);
});

test('a confirmation is a sweep of its own, queued and started; asked for again it is the same one', async () => {
  const { status, body } = await confirm({ arm: 1, seeds: 8 });
  expect([status, body.id, body.name, body.state, started]).toEqual([
    201,
    's2',
    'two-betas confirm β0.4',
    'queued',
    ['s2'],
  ]);
  const stored = (await readSweep(storage, 2))!;
  expect(stored).toMatchObject({
    folder: (await readSweep(storage, 1))!.folder,
    engine: 'wasm',
    share: true,
    plan: { seeds: [6, 7, 8, 9, 10, 11, 12, 13] },
  });
  expect(stored.armList.map(({ beta, N, control }) => [beta, N, control])).toEqual([
    [0.4, 20, false],
    [0, 40, true],
  ]);
  expect((await detail('s2')).confirms).toEqual({ sweep: 's1', arm: 1 });
  expect((await detail('s1')).confirmations).toEqual([{ id: 's2', name: 'two-betas confirm β0.4' }]);
  expect((await confirm({ arm: 1, seeds: 10, metric: 'val/macroF1' })).body.id).toBe('s2');
  expect((await confirm({ arm: 0, seeds: 8 })).body.id).toBe('s3');
  const report = (await confirmation('s2')).body;
  expect(report).toMatchObject({ confirms: { sweep: 's1', arm: 1 }, metric: 'val/macroF1', difference: null });
  expect(report.missing).toHaveLength(20);
});

test('once it has begun a confirmation keeps its seeds; another attempt has seeds that none has used', async () => {
  const seedsOf = async (id: string) => (await detail(id)).seedList;
  storage.prepare('UPDATE "Run" SET batch = 1 WHERE id IN (SELECT runId FROM "SweepRun" WHERE sweepId = 2)').run();
  expect((await confirm({ arm: 1, seeds: 12 })).body.id).toBe('s2');
  expect(await seedsOf('s2')).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  const { body } = await confirm({ arm: 1, seeds: 2, again: true });
  expect(await seedsOf(body.id)).toEqual([24, 25]); // s3 has used 16 to 23 for the control
  expect((await detail(body.id)).confirms).toEqual({ sweep: 's1', arm: 1 });
  const other = await confirm({ arm: 0, seeds: 2, again: true });
  expect(await seedsOf(other.body.id)).toEqual([26, 27]);
  expect((await detail('s1')).confirmations.map(({ id }) => id)).toEqual(['s2', 's3', body.id, other.body.id]);
});

test('the answer of a sweep: judged by the smallest change that matters; a confirmation has none of its own', async () => {
  const judge = async (id: string, query: Record<string, string> = {}) => {
    const route = routes.find(({ path }) => path === '/sweeps/:id/verdict')!;
    const { status, body } = await answer(
      route,
      { storage } as Context,
      { params: { id }, query, body: null },
      () => {},
    );
    return { status, body: body as Verdict & ErrorResponse };
  };
  const plain = (await judge('s1')).body;
  expect(plain).toMatchObject({ case: 'notComparable', metric: 'val/accuracy', isExploratory: false });
  expect(plain.forest.lines.map(({ name }) => name)).toEqual(['β0.2', 'β0.4']);
  expect((await judge('s1', { metric: 'val/macroF1' })).body.sentence).toMatch(/^Exploratory: /);
  expect(await judge('s2')).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining('s1') } } });
  expect((await judge('s1', { effect: 'much' })).status).toBe(400);
});

test('what cannot be confirmed is refused with what is wanted', async () => {
  expect((await confirm({ arm: 2, seeds: 8 })).body.error).toMatchObject({
    code: 'bad-request',
    message: expect.stringMatching(/found a control, wanted one of 0 β0\.2, 1 β0\.4$/),
  });
  expect((await confirm({ arm: 1, seeds: 0 })).status).toBe(400);
  expect((await confirm({ arm: 1, seeds: 8, metric: 'train/total' })).body.error.message).toContain(
    'wanted a metric of evaluations',
  );
  expect((await confirmation('s1')).status).toBe(404);
});
