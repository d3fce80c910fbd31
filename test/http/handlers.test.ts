import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answer } from '../../server/http/answer.ts';
import type { AblationResponse } from '../../server/http/schemas/ablation.ts';
import type { CurvesResponse } from '../../server/http/schemas/curves.ts';
import type { ConfusedClasses, ConfusionMatrix, FeatureProjection } from '../../server/http/schemas/evaluation.ts';
import type { AttemptList, WorkerList } from '../../server/http/schemas/log.ts';
import type { Losses, Mark, Removed, TagList } from '../../server/http/schemas/mark.ts';
import type { PairCurves } from '../../server/http/schemas/pairs.ts';
import type { FailureList } from '../../server/http/schemas/failures.ts';
import type { RunDiff } from '../../server/http/schemas/run-diff.ts';
import type { RunDetail, RunList } from '../../server/http/schemas/run.ts';
import type { StageList } from '../../server/http/schemas/stage.ts';
import type { StartResponse } from '../../server/http/schemas/start.ts';
import type { SweepDetail, SweepList } from '../../server/http/schemas/sweep.ts';
import type { PlanJsonWithArms } from '../../server/sweep/plan/plan-json.ts';
import type { Context, Reply } from '../../server/http/route.ts';
import { routes } from '../../server/http/routes.ts';
import { errorResponse, type ErrorResponse } from '../../server/http/schemas/error.ts';
import type { MetricJson } from '../../server/report/formats/to-json.ts';
import { parseSweepId } from '../../server/store/database/ids.ts';
import { cancelSweep, readCancel } from '../../server/store/sweeps/cancel-sweep.ts';
import { claimLogFolder, logFolderOf, stageLogName } from '../../server/store/database/log-folder.ts';
import { releaseLease } from '../../server/store/database/lease.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import type { LogPiece } from '../../server/store/reading/read-log.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { begin, lease, makePlan, RECORD, request } from '../store/support.ts';
import { definition, planText } from './plan-text.ts';
import { accuracyAt, storeTrainedSweep, totalAt } from './trained-sweep.ts';

let folder: string;
let storage: Storage;
let run: (arm: number, seed: number) => number;
let started: string[];
const seeds = planText(JSON.stringify(definition)).seeds;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-handlers-'));
  storage = await openStorage({ file: join(folder, 'test.db'), create: true });
  ({ run } = storeTrainedSweep(storage));
});
beforeEach(() => {
  started = [];
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

/** Asks a handler as the server does, but without a server. The body is JSON, as it would arrive. */
async function ask<Body>(
  method: 'get' | 'post',
  path: string,
  body?: unknown,
): Promise<Omit<Reply, 'body'> & { body: Body }> {
  const url = new URL(path, 'http://test');
  const route = routes.find(
    (each) => each.method === method && new RegExp(`^${each.path.replace(/:\w+/g, '[^/]+')}$`).test(url.pathname),
  )!;
  const names = route.path
    .split('/')
    .flatMap((part, i) => (part.startsWith(':') ? [[part.slice(1), url.pathname.split('/')[i]]] : []));
  const query: Record<string, string | string[]> = {};
  for (const name of url.searchParams.keys())
    query[name] =
      url.searchParams.getAll(name).length > 1 ? url.searchParams.getAll(name) : url.searchParams.get(name)!;
  const context: Context = {
    storage,
    actions: {
      startRun: async (id) => void started.push(id),
      plan: async (text) => planText(text),
      doctor: () => Promise.reject(new Error('not asked')),
      lastDoctor: () => null,
    },
  };
  const reply = await answer(route, context, { params: Object.fromEntries(names), query, body }, (error) => {
    throw error;
  });
  const sent = reply.type === undefined ? JSON.parse(JSON.stringify(reply.body)) : reply.body;
  // Whatever a handler answers has the shape that the API's description promises.
  if (reply.type === undefined) (reply.status < 400 ? route.answer.shape : errorResponse).parse(sent);
  return { ...reply, body: sent } as Reply & { body: Body };
}

test('sweeps: a page of them with counts', async () => {
  const { status, body } = await ask<SweepList>('get', '/sweeps?size=1');
  expect(status).toBe(200);
  expect(body).toMatchObject({ page: 1, size: 1 });
  const all = (await ask<SweepList>('get', '/sweeps?size=500')).body.items;
  const item = all.find(({ id }) => id === 's1')!;
  expect(item).toMatchObject({
    name: 'two-betas',
    description: 'Does β matter? <b>no HTML</b>',
    state: 'complete',
    standing: 'complete, 1 failed, 1 diverged',
    cancelling: false,
    arms: 3,
    seeds: 6,
    engine: 'wasm',
    error: null,
    metric: { name: 'val/accuracy', goal: 'maximize' },
    counts: { waiting: 0, running: 0, complete: 16, failed: 1, diverged: 1, cancelled: 0 },
  });
  for (const time of [item.createdAt, item.queuedAt]) expect(new Date(time).toISOString()).toBe(time);
});

test('one sweep: progress, best arms, failures with reasons, what varies', async () => {
  const { body } = await ask<SweepDetail>('get', '/sweeps/s1');
  expect(body.progress).toEqual({
    batches: 17 * 40,
    batchesTotal: 18 * 40,
    runs: 18,
    runsTotal: 18,
    secondsLeft: null,
  });
  expect(body.best.map(({ arm }) => arm)).toEqual([1, 0, 2]);
  const values = seeds.map((seed) => accuracyAt(2, seed, 40));
  expect(body.best[2]).toMatchObject({ control: true, n: 6, mean: values.reduce((a, b) => a + b) / 6 });
  expect(body.failures).toEqual([
    {
      run: `r${run(0, seeds.at(-1)!)}`,
      arm: 0,
      armName: body.armList[0]!.name,
      seed: seeds.at(-1),
      state: 'failed',
      reason: 'the worker was killed <script>alert(1)</script>',
    },
    {
      run: `r${run(1, seeds.at(-1)!)}`,
      arm: 1,
      armName: body.armList[1]!.name,
      seed: seeds.at(-1),
      state: 'diverged',
      reason: 'the total was not finite in batch 29',
    },
  ]);
  expect(body.varying).toEqual(['beta']);
  expect(body.armList[2]).toMatchObject({
    control: true,
    ablation: 'noIntra',
    params: { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null },
  });
  expect(JSON.parse(body.definition)).toEqual(definition);
  expect(body.metrics).toEqual([
    'train/total',
    'train/truncated',
    'val/accuracy',
    'val/crossEntropy',
    'val/intraClassCosine',
  ]);
});

test('runs: sorted, filtered, paged; a run without a result is last', async () => {
  const best = (await ask<RunList>('get', '/sweeps/s1/runs?sort=last:val/accuracy&order=desc&size=2')).body;
  expect(best.total).toBe(18);
  expect(best.items.map(({ arm, seed }) => [arm, seed])).toEqual([
    [1, seeds[4]],
    [1, seeds[3]],
  ]);
  expect(best.items[0]!.metrics['val/accuracy']).toEqual({
    last: accuracyAt(1, seeds[4]!, 40),
    best: accuracyAt(1, seeds[4]!, 40),
    bestBatch: 40,
  });

  const few = (
    await ask<RunList>(
      'get',
      '/sweeps/s1/runs?sort=last:val/accuracy&order=desc&size=2&columns=last:train/total,last:val/accuracy',
    )
  ).body;
  expect(few.items.map(({ metrics }) => metrics)).toEqual(
    best.items.map(({ metrics }) => ({
      'train/total': metrics['train/total'],
      'val/accuracy': metrics['val/accuracy'],
    })),
  );
  expect(Object.keys(best.items[0]!.metrics).length).toBeGreaterThan(2);
  const failed = (await ask<RunList>('get', '/sweeps/s1/runs?state=failed,diverged')).body;
  expect(failed.items.map(({ state }) => state)).toEqual(['failed', 'diverged']);
  const chosen = (await ask<RunList>('get', `/sweeps/s1/runs?arm=0,2&seed=${seeds[1]}`)).body;
  expect(chosen.items.map(({ arm }) => arm)).toEqual([0, 2]);
  for (const [words, arms] of [
    ['beta0.2', [0]],
    ['β = 0.4', [1]],
    ['nointra', [2]],
    ['beta', [0, 1]],
    ['%', []],
  ] as const) {
    const found = (await ask<RunList>('get', `/sweeps/s1/runs?q=${encodeURIComponent(words)}`)).body;
    expect([words, [...new Set(found.items.map(({ arm }) => arm))].sort()]).toEqual([words, arms]);
  }
  const last = (await ask<RunList>('get', '/sweeps/s1/runs?sort=last:val/accuracy&page=9&size=2')).body;
  expect(last.items.map(({ state }) => state)).toEqual(['failed', 'diverged']);
});

test('a run: metrics, configuration, evaluations, its control', async () => {
  const { body } = await ask<RunDetail>('get', `/runs/r${run(1, seeds[0]!)}`);
  expect(body).toMatchObject({
    sweeps: [{ id: 's1', name: 'two-betas', arm: 1 }],
    seed: seeds[0],
    state: 'complete',
    engine: 'wasm',
    device: 'CPU, 1 thread',
    controlRun: `r${run(2, seeds[0]!)}`,
    classes: ['a', 'b'],
    durations: { training: 2, evaluation: 0.5 },
    usage: {
      seconds: 2.5,
      processor: { seconds: 3, peakMemory: 312e6, share: 1 },
      gpu: { use: 0.8, peakUse: 0.95, peakMemory: 4e9, share: 1 },
      energy: { joules: 250, share: 1 },
    },
    batch: 40,
    batches: 40,
    config: { training: { batches: 40, model: { name: 'mlp' } }, loss: { s: 30 } },
    confusion: {
      batch: 40,
      counts: [
        [40, 1],
        [2, 3],
      ],
    },
    projection: { batch: 40, x: [1, null], y: [3, 4], labels: [0, 1] },
  });
  expect(body.evaluations).toEqual(
    [0, 10, 20, 30, 40].map((batch) => ({
      batch,
      confusion: true,
      testConfusion: batch === 40,
      projection: true,
    })),
  );
  expect((await ask<ConfusionMatrix>('get', `/runs/${body.id}/confusion?batch=10`)).body).toEqual({
    batch: 10,
    counts: [
      [10, 1],
      [2, 3],
    ],
  });
  // The last one is stored as today, the others as until version 0.2.
  for (const [query, batch] of [
    ['', 40],
    ['?batch=10', 10],
  ] as const)
    expect((await ask<FeatureProjection>('get', `/runs/${body.id}/projection${query}`)).body).toEqual({
      ...body.projection,
      batch,
    });
  const missing = await ask<ErrorResponse>('get', `/runs/${body.id}/confusion?batch=11`);
  expect([missing.status, missing.body.error.code]).toEqual([404, 'not-found']);
});

test('of the test part there is a confusion matrix at the end alone', async () => {
  const id = `r${run(1, seeds[0]!)}`;
  const counts = [
    [5, 4],
    [0, 6],
  ];
  expect((await ask<ConfusionMatrix>('get', `/runs/${id}/confusion?part=test`)).body).toEqual({ batch: 40, counts });
  const early = await ask<ErrorResponse>('get', `/runs/${id}/confusion?part=test&batch=10`);
  expect([early.status, early.body.error.message]).toEqual([
    404,
    `Cannot find the confusion matrix of ${id} at batch 10: none of the test part is recorded; ` +
      `/api/runs/${id} lists its evaluations`,
  ]);
});

test('the most confused pairs have their images where those are stored', async () => {
  const id = `r${run(1, seeds[0]!)}`;
  expect((await ask<ConfusedClasses>('get', `/runs/${id}/confused`)).body).toEqual({
    batch: 40,
    part: 'val',
    shape: [1, 2, 1],
    pairs: [
      { actual: 1, predicted: 0, count: 2, images: [{ index: 7, pixels: 'AP8=' }] },
      { actual: 0, predicted: 1, count: 1, images: [] },
    ],
  });
  expect((await ask<ConfusedClasses>('get', `/runs/${id}/confused?batch=10`)).body).toEqual({
    batch: 10,
    part: 'val',
    shape: null,
    pairs: [
      { actual: 1, predicted: 0, count: 2, images: [] },
      { actual: 0, predicted: 1, count: 1, images: [] },
    ],
  });
  expect((await ask<ConfusedClasses>('get', `/runs/${id}/confused?part=test`)).body).toMatchObject({
    shape: [1, 2, 1],
    pairs: [{ actual: 0, predicted: 1, count: 4, images: [{ index: 2, pixels: 'gAE=' }] }],
  });
  expect((await ask<ErrorResponse>('get', `/runs/${id}/confused?batch=11`)).status).toBe(404);
});

test('curves are the recorded numbers; a curve that diverged ends at its first value that was not finite', async () => {
  const [complete, diverged] = [run(1, seeds[0]!), run(1, seeds.at(-1)!)];
  const { body } = await ask<CurvesResponse>(
    'get',
    `/curves?runs=r${complete},r${diverged}&metric=train/total,val/accuracy`,
  );
  expect(body).toMatchObject({ from: 0, to: 40, width: 800 });
  expect(body.curves.map(({ run, metric, raw, points }) => [run, metric, raw, points])).toEqual([
    [`r${complete}`, 'train/total', true, 40],
    [`r${complete}`, 'val/accuracy', true, 5],
    [`r${diverged}`, 'train/total', true, 30],
    [`r${diverged}`, 'val/accuracy', true, 4],
  ]);
  expect(body.curves[0]!.values).toEqual(body.curves[0]!.batches.map((batch) => totalAt(seeds[0]!, batch)));
  expect(body.curves[2]!.values.at(-1)).toBeNull();

  const reduced = (
    await ask<CurvesResponse>('get', `/curves?runs=r${complete}&metric=train/total&from=10&to=30&width=2`)
  ).body.curves[0]!;
  expect(reduced).toEqual({
    run: `r${complete}`,
    metric: 'train/total',
    raw: false,
    points: 21,
    // columns of 16 batches: 21 are more than 2 × 8
    batches: [10, 15, 16, 30],
    values: [10, 15, 16, 30].map((batch) => totalAt(seeds[0]!, batch)),
  });
});

test('pairs: by seed, as bands, and the picture with its answer', async () => {
  const { body } = await ask<PairCurves>('get', '/sweeps/s1/pairs');
  const pair = body.pairs.find(({ arm, seed }) => arm === 1 && seed === seeds[2])!;
  expect(pair).toMatchObject({
    run: `r${run(1, seeds[2]!)}`,
    controlRun: `r${run(2, seeds[2]!)}`,
    beta: 0.4,
    N: 20,
    value: accuracyAt(1, seeds[2]!, 40),
    controlValue: accuracyAt(2, seeds[2]!, 40),
  });
  expect(pair.difference).toBe(pair.value! - pair.controlValue!);
  expect(body.pairs.find(({ arm, seed }) => arm === 1 && seed === seeds.at(-1))!.value).toBeNull();
  expect(body.bands.map(({ arm, batches }) => [arm, batches])).toEqual([
    [0, [0, 10, 20, 30, 40]],
    [1, [0, 10, 20, 30, 40]],
    [2, [0, 10, 20, 30, 40]],
  ]);
  const group = body.picture!.panels[0]!.groups.find(({ arm }) => arm === 1)!;
  expect(group.mean.slice(0, 3)).toEqual([0, 0, 0]);
  expect(group.final).toHaveLength(5);
  expect(body.picture!.title).toContain('β = 0.4');
});

test('pairs of one arm: those that all pairs have of it, with the bands of arm and control and no picture', async () => {
  for (const asked of ['metric=val/accuracy', 'metric=val/accuracy&at=best', 'metric=pairs/worst5']) {
    const { body: all } = await ask<PairCurves>('get', `/sweeps/s1/pairs?${asked}`);
    const { body: own } = await ask<PairCurves>('get', `/sweeps/s1/pairs?${asked}&arm=1`);
    expect(own).toEqual({
      metric: all.metric,
      pairs: all.pairs.filter(({ arm }) => arm === 1),
      bands: all.bands.filter(({ arm }) => arm === 1 || arm === 2),
      picture: null,
    });
    expect(own.pairs.length).toBeGreaterThan(0);
  }
  expect(await ask('get', '/sweeps/s1/pairs?arm=99')).toMatchObject({
    status: 404,
    body: { error: { message: 'Cannot find arm 99 of s1: the sweep has none' } },
  });
});

test('the ablation table: as data, as a page, in every format', async () => {
  const json = (await ask<MetricJson>('get', '/sweeps/s1/ablation')).body;
  expect(json).toMatchObject({ sweepId: 's1', metric: 'val/accuracy', goal: 'maximize', at: 'last' });
  expect(json.rows.map(({ arm, n }) => [arm, n])).toEqual([
    [0, 5],
    [1, 5],
    [2, 6],
  ]);
  const differences = seeds.slice(0, 5).map((seed) => accuracyAt(1, seed, 40) - accuracyAt(2, seed, 40));
  expect(json.rows[1]!.difference!.mean).toBeCloseTo(differences.reduce((a, b) => a + b) / 5, 12);
  expect(json.missing).toEqual([
    { arm: 0, seed: seeds.at(-1), state: 'failed' },
    { arm: 1, seed: seeds.at(-1), state: 'diverged' },
  ]);
  // Seventeen runs that share nothing.
  expect(json.usage).toMatchObject({ seconds: 17 * 2.5, processor: { seconds: 17 * 3 }, energy: { joules: 17 * 250 } });
  expect(json.note).toMatch(
    /Training took 15 s an arm, 43 s in all, .*; 0\.42 Wh an arm, 1\.2 Wh in all by nvidia-smi\./,
  );

  const page = (await ask<AblationResponse>('get', '/sweeps/s1/ablation?format=page')).body;
  expect(page.data).toEqual(json);
  expect(page.table.body).toHaveLength(3);

  for (const [format, type, holds] of [
    ['md', 'text/markdown', '| '],
    ['csv', 'text/csv', '\ufeffarm,name'],
    ['latex', 'text/x-tex', '\\toprule'],
    ['html', 'text/html', '<table'],
  ] as const) {
    const file = await ask<string>('get', `/sweeps/s1/ablation?format=${format}`);
    expect(file.type).toBe(`${type}; charset=utf-8`);
    expect(file.fileName).toMatch(/^s1-ablation\./);
    expect(file.body).toContain(holds);
  }

  const several = (
    await ask<{ tables: MetricJson[] }>('get', '/sweeps/s1/ablation?metric=val/accuracy&metric=val/crossEntropy')
  ).body;
  expect(several.tables.map(({ metric, goal }) => [metric, goal])).toEqual([
    ['val/accuracy', 'maximize'],
    ['val/crossEntropy', 'minimize'],
  ]);
  const bad = await ask<ErrorResponse>('get', '/sweeps/s1/ablation?rows=learningRate&cols=beta');
  expect(bad.status).toBe(400);
  expect(bad.body.error.message).toContain('wanted a parameter of the sweep');
});

test('stages', async () => {
  const { stages, trainer } = (await ask<StageList>('get', '/sweeps/s1/stages')).body;
  expect(stages).toHaveLength(18);
  expect(stages[0]).toMatchObject({ parent: null, from: 0, to: 40, seed: seeds[0], state: 'complete', worker: null });
  expect(trainer).toBeNull();
});

test('what trains now: the worker of every stage, and the process that it belongs to', async () => {
  const token = lease(storage);
  const {
    sweepId,
    tasks: [first, second],
  } = begin(storage, token, planText(JSON.stringify({ ...definition, name: 'at work', seeds: [40, 41] })));
  startRun(storage, token, first!.runId, { ...RECORD, worker: 3 });
  const { stages, trainer } = (await ask<StageList>('get', `/sweeps/s${sweepId}/stages`)).body;
  const workerOf = (runId: number) => stages.find(({ runs }) => runs.includes(`r${runId}`))!.worker;
  expect([workerOf(first!.runId), workerOf(second!.runId)]).toEqual([3, null]);
  expect(trainer).toEqual({ pid: process.pid, host: hostname() });
  finishSweep(storage, token, sweepId, 'interrupted');
  releaseLease(storage, token);
});

test('a definition → its plan, or every problem with its place', async () => {
  const { status, body } = await ask<PlanJsonWithArms>('post', '/plan', { definition });
  expect(status).toBe(200);
  expect(body).toMatchObject({ name: 'two-betas', arms: 3, runs: 18, batchesUnshared: 720 });
  expect(body.armList[2]).toMatchObject({
    index: 2,
    ablation: 'noIntra',
    control: true,
    beta: 0,
    epsilon: null,
    N: null,
  });

  const bad = await ask<ErrorResponse>('post', '/plan', { definition: { ...definition, metod: 'grid', seeds: -1 } });
  expect(bad.status).toBe(400);
  expect(bad.body.error.code).toBe('bad-definition');
  expect(bad.body.error.details!.map(({ path }) => path)).toEqual(expect.arrayContaining(['metod', 'seeds']));
  const text = await ask<ErrorResponse>('post', '/plan', { definition: '{\n  "name": oops }' });
  expect(text.body.error.details![0]!.path).toBe('line 2, column 11');
});

test('failures: grouped by cause, each with its runs', async () => {
  const { groups } = (await ask<FailureList>('get', '/sweeps/s1/failures')).body;
  expect(groups.map(({ state, runs, from, to }) => ({ state, runs, from, to }))).toEqual([
    { state: 'failed', runs: [`r${run(0, seeds.at(-1)!)}`], from: 0, to: 0 },
    { state: 'diverged', runs: [`r${run(1, seeds.at(-1)!)}`], from: 30, to: 30 },
  ]);
  expect(groups[1]).toMatchObject({
    cause: 'the total was not finite in batch 29',
    setting: { name: 'beta', value: 0.4, bad: 1, all: 6 },
  });
});

test('a definition → a queued sweep and a process for it; cancel, resume, retry', async () => {
  const created = await ask<StartResponse>('post', '/sweeps', { definition, baseFolder: '/study' });
  expect(created).toMatchObject({ status: 201, body: { name: 'two-betas', state: 'queued' } });
  const { id } = created.body;
  expect(started).toEqual([id]);
  expect((await ask<SweepDetail>('get', `/sweeps/${id}`)).body).toMatchObject({
    baseFolder: '/study',
    state: 'queued',
    counts: { waiting: 18 },
  });

  expect(await ask('post', `/sweeps/${id}/cancel`)).toMatchObject({ status: 202, body: { id, state: 'cancelled' } });
  expect(await ask('post', `/sweeps/${id}/cancel`, {})).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict' } },
  });
  expect(await ask('post', `/sweeps/${id}/resume`, {})).toMatchObject({ status: 202, body: { id, state: 'queued' } });
  expect(started).toEqual([id, id]);
  const otherBits = (): unknown =>
    storage.raw.prepare('SELECT otherBits FROM "Sweep" WHERE id = ?').pluck().get(parseSweepId(id));
  expect(otherBits()).toBe(0);
  expect(await ask('post', `/sweeps/${id}/cancel`)).toMatchObject({ status: 202 });
  expect(await ask('post', `/sweeps/${id}/resume`, { otherBits: 'yes' })).toMatchObject({ status: 400 });
  expect(await ask('post', `/sweeps/${id}/resume`, { otherBits: true })).toMatchObject({ status: 202 });
  expect([otherBits(), started.pop()]).toEqual([1, id]);
  expect(await ask('post', `/sweeps/${id}/retry`, {})).toMatchObject({ status: 409 });

  expect(await ask('post', '/sweeps/s1/resume', {})).toMatchObject({
    status: 409,
    body: { error: { message: 'Cannot resume s1: it is complete; failed runs are trained again by retry' } },
  });
  expect(await ask('post', '/sweeps/s1/retry', { runs: [`r${run(0, seeds[0]!)}`] })).toMatchObject({
    status: 409,
    body: { error: { message: 'Cannot retry s1: none of these runs has failed' } },
  });
  const failed = [`r${run(0, seeds.at(-1)!)}`];
  expect(await ask('post', '/sweeps/s1/retry', { runs: failed })).toMatchObject({
    status: 202,
    body: { id: 's1', state: 'queued' },
  });
  expect(started).toEqual([id, id, 's1']);
  cancelSweep(storage, 1);
});

test('a definition says which final weights to keep; those of all runs, if it says nothing', async () => {
  for (const [wanted, kept] of [
    [{}, 'all'],
    [{ keepWeights: 'best' }, 'best'],
    [{ keepWeights: 'none' }, 'none'],
  ] as const) {
    const { id } = (await ask<StartResponse>('post', '/sweeps', { definition, baseFolder: '/study', ...wanted })).body;
    const stored = storage.prepare('SELECT keepWeights FROM "Sweep" WHERE id = ?').pluck().get(parseSweepId(id));
    expect([stored, started.pop()]).toEqual([kept, id]);
    await ask('post', `/sweeps/${id}/cancel`);
  }
  expect((await ask<ErrorResponse>('post', '/sweeps', { definition, keepWeights: 'some' })).status).toBe(400);
});

test('kill cancels a sweep without waiting for its workers', async () => {
  const { id } = (await ask<StartResponse>('post', '/sweeps', { definition, baseFolder: '/study' })).body;
  const sweepId = Number(id.slice(1));
  const token = lease(storage);
  startSweep(storage, token, sweepId, 'wasm');
  expect(await ask('post', `/sweeps/${id}/cancel`)).toMatchObject({ status: 202, body: { state: 'running' } });
  expect(readCancel(storage, sweepId)).toBe('cancel');
  expect(await ask('post', `/sweeps/${id}/kill`, {})).toMatchObject({ status: 202, body: { id, state: 'running' } });
  expect(readCancel(storage, sweepId)).toBe('kill');
  finishSweep(storage, token, sweepId, 'cancelled');
  releaseLease(storage, token);
  expect(await ask('post', `/sweeps/${id}/kill`)).toMatchObject({
    status: 409,
    body: { error: { message: `Cannot kill ${id}: it has ended already` } },
  });
  expect(started.pop()).toBe(id);
});

test('a definition → a queued probe; resume asks for the whole sweep, even before the probe has begun', async () => {
  const { id } = (await ask<StartResponse>('post', '/sweeps', { definition, baseFolder: '/study', probe: true })).body;
  expect(started).toEqual([id]);
  const probeSeeds = async () => (await ask<SweepDetail>('get', `/sweeps/${id}`)).body.probeSeeds;
  expect(await probeSeeds()).toBe(2);
  expect(await ask('post', `/sweeps/${id}/resume`, {})).toMatchObject({ status: 202, body: { id, state: 'queued' } });
  expect(await probeSeeds()).toBeNull();
  expect((await ask<ErrorResponse>('post', '/sweeps', { definition, probe: 'yes' })).status).toBe(400);
  await ask('post', `/sweeps/${id}/cancel`);
});

test('what is not there is 404', async () => {
  for (const path of [
    '/sweeps/s99',
    '/sweeps/s99/runs',
    '/sweeps/s99/pairs',
    '/sweeps/s99/ablation',
    '/sweeps/s99/stages',
    '/runs/r999',
    '/curves?runs=r999&metric=val/accuracy',
  ]) {
    expect(await ask('get', path)).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
  }
});

test('an unknown name is refused with a suggestion; it does not give an empty answer', async () => {
  for (const path of [
    '/curves?runs=r1&metric=val/acuracy',
    '/sweeps/s1/pairs?metric=val/acuracy',
    '/sweeps/s1/ablation?metric=val/acuracy',
    '/sweeps/s1/verdict?metric=val/acuracy',
    '/sweeps/s1/runs?sort=last:val/acuracy',
  ]) {
    const { status, body } = await ask<ErrorResponse>('get', path);
    expect(status).toBe(400);
    expect(body.error.message).toContain(
      'found "val/acuracy", wanted the name of a metric — did you mean "val/accuracy"?',
    );
  }
  expect((await ask<ErrorResponse>('get', '/curves?metric=val/accuracy')).body.error.message).toBe(
    'Cannot read the request: query.runs: want one, or several with commas between',
  );
  for (const key of ['bogus', 'last:val//acuracy', 'best:']) {
    const { status, body } = await ask<ErrorResponse>('get', `/sweeps/s1/runs?sort=${key}`);
    expect(status).toBe(400);
    expect(body.error.message).toContain(
      'query.sort: want id, arm, seed, state, engine, seconds, startedAt, a parameter, last:METRIC, best:METRIC or delta:METRIC',
    );
  }
  for (const key of ['id', 'startedAt', 'N', 'training.optimizer.learningRate', 'best:val/nc1'])
    expect((await ask('get', `/sweeps/s1/runs?sort=${key}`)).status).toBe(200);
});

test('marks: stars, tags and notes of a sweep, an arm and a run, and who is listed by them', async () => {
  const id = `r${run(0, seeds[0]!)}`;
  const hostile = '<img src=x onerror=alert(1)>\n\u202eeno';
  const marked = await ask<Mark>('post', '/sweeps/s1/mark', { star: true, add: ['paper', '"a", b'], note: hostile });
  expect(marked).toMatchObject({ status: 200, body: { star: true, tags: ['"a", b', 'paper'], note: hostile } });
  await ask('post', '/sweeps/s1/arms/1/mark', { add: ['best'] });
  expect((await ask<Mark>('post', `/runs/${id}/mark`, { note: 'odd' })).body.note).toBe('odd');
  const { body: sweep } = await ask<SweepDetail>('get', '/sweeps/s1');
  expect(sweep.mark).toEqual(marked.body);
  expect(sweep.armMarks).toEqual([{ arm: 1, mark: { star: false, tags: ['best'], note: null } }]);
  expect((await ask<RunDetail>('get', `/runs/${id}`)).body.mark.note).toBe('odd');
  const { items } = (await ask<RunList>('get', '/sweeps/s1/runs')).body;
  expect(items.filter(({ mark }) => mark.note === 'odd').map((row) => row.id)).toEqual([id]);
  expect((await ask<TagList>('get', '/tags')).body.tags).toEqual(['"a", b', 'best', 'paper']);

  const listed = async (query: string) => (await ask<SweepList>('get', `/sweeps?${query}`)).body.items.map((s) => s.id);
  expect(await listed('star=true')).toEqual(['s1']);
  expect(await listed('tag=paper&tag=%22a%22,%20b')).toEqual(['s1']);
  expect(await listed('tag=paper&tag=other')).toEqual([]);
  expect(await listed('q=onerror+two-betas')).toEqual(['s1']);
  expect((await listed('q=two-betas&sort=star'))[0]).toBe('s1');
  for (const body of [{ add: ['a\nb'] }, { note: 'x'.repeat(70_000) }, { star: 'yes' }, { tags: [] }])
    expect((await ask<ErrorResponse>('post', '/sweeps/s1/mark', body)).status).toBe(400);
  expect((await ask('post', '/sweeps/s1/arms/9/mark', { star: true })).status).toBe(400);
  expect((await ask('post', '/runs/r9999/mark', { star: true })).status).toBe(404);
});

test('a sweep is renamed, archived, and deleted unless it is being trained', async () => {
  const { sweepId } = queueSweep(storage, request(makePlan([{}], [1, 2], 'to go'), { definitionPath: '/to-go.json' }));
  const id = `s${sweepId}`;
  const listed = async (query: string) => (await ask<SweepList>('get', `/sweeps?${query}`)).body.items.map((s) => s.id);
  expect((await ask<StartResponse>('post', `/sweeps/${id}/rename`, { name: 'gone' })).body.name).toBe('gone');
  expect((await ask('post', `/sweeps/${id}/rename`, { name: ' ' })).status).toBe(400);
  await ask('post', `/sweeps/${id}/archive`, { archived: true });
  expect(await listed('q=gone')).toEqual([]);
  expect(await listed('q=gone&archived=with')).toEqual([id]);
  expect((await listed('archived=only')).every((each) => each === id)).toBe(true);

  expect((await ask<Losses>('get', `/sweeps/${id}/losses`)).body).toEqual({
    runs: 2,
    complete: 0,
    shared: 0,
    seconds: 0,
  });
  const token = lease(storage);
  startSweep(storage, token, sweepId, 'wasm');
  const refused = await ask<ErrorResponse>('post', `/sweeps/${id}/delete`);
  expect([refused.status, refused.body.error.message]).toEqual([
    409,
    `Cannot delete ${id}: it is being trained; cancel it first`,
  ]);
  finishSweep(storage, token, sweepId, 'interrupted');
  releaseLease(storage, token);
  expect((await ask<Removed>('post', `/sweeps/${id}/delete`)).body.runs).toBe(2);
  expect((await ask('get', `/sweeps/${id}`)).status).toBe(404);
});

test('what would be lost: trained seconds count once, and runs of other sweeps stay', async () => {
  const { body } = await ask<Losses>('get', '/sweeps/s1/losses');
  expect(body).toEqual({ runs: 18, complete: 16, shared: 0, seconds: 17 * 2.5 });
});

test('runs: a filter in words, checked against a plain one over all rows', async () => {
  const all = (await ask<RunList>('get', '/sweeps/s1/runs?size=500')).body.items;
  const accuracy = ({ state, metrics }: RunList['items'][number]) =>
    state === 'diverged' ? NaN : (metrics['val/accuracy']?.last ?? NaN);
  const cases: [string, (row: RunList['items'][number]) => boolean][] = [
    ['beta >= 0.3', ({ params }) => params.beta! >= 0.3],
    ['last(val/accuracy) > 0.71', (row) => accuracy(row) > 0.71],
    ['not last(val/accuracy) > 0.71', (row) => !(accuracy(row) > 0.71)],
    ['best(val/crossEntropy) < 1.3 and seed >= 2', (row) => 2 - accuracy(row) < 1.3 && row.seed >= 2],
    ['failed or diverged', ({ state }) => state === 'failed' || state === 'diverged'],
    ['control and N > 0', () => false],
    ['error ~ "killed"', ({ error }) => error?.includes('killed') === true],
    [
      'delta(val/accuracy) > 0.025',
      (row) => {
        const control = all.find(({ control: is, seed }) => is && seed === row.seed)!;
        return row !== control && accuracy(row) - accuracy(control) > 0.025;
      },
    ],
  ];
  for (const [filter, slow] of cases) {
    const { body } = await ask<RunList>('get', `/sweeps/s1/runs?size=500&filter=${encodeURIComponent(filter)}`);
    expect(body.items, filter).toEqual(all.filter(slow));
    expect(body.total).toBe(body.items.length);
  }
  const wrong = await ask<ErrorResponse>('get', `/sweeps/s1/runs?filter=${encodeURIComponent('bta > 1')}`);
  expect(wrong).toMatchObject({
    status: 400,
    body: {
      error: {
        message:
          'Cannot filter the runs of s1: at character 1: found "bta", wanted a word of runs — did you mean "beta"?',
      },
    },
  });
});

test('runs: only the columns that are asked for, and the difference to the control', async () => {
  const path = '/sweeps/s1/runs?size=4&sort=delta:val/accuracy&order=desc';
  const { items, total } = (await ask<RunList>('get', `${path}&columns=arm,last:val/accuracy,delta(val/accuracy)`))
    .body;
  expect(total).toBe(18);
  for (const item of items) expect(Object.keys(item.metrics)).toEqual(['val/accuracy']);
  expect(items.map(({ arm }) => arm)).toEqual([1, 1, 1, 1]);
  const deltas = items.map((item) => item.deltas['val/accuracy']!);
  expect(deltas).toEqual([...deltas].sort((a, b) => b - a));
  expect(deltas[0]).toBeCloseTo(accuracyAt(1, 0, 40) - accuracyAt(2, 0, 40), 12);
  // those without a difference come last, and pages follow each other
  const last = (await ask<RunList>('get', `${path}&page=5&columns=delta:val/accuracy`)).body.items;
  expect(last.map((item) => item.deltas['val/accuracy'])).toEqual([null, null]);
  const wrong = await ask<ErrorResponse>('get', '/sweeps/s1/runs?columns=arm,val_acc');
  expect(wrong.body.error.message).toContain('did you mean last(val/accuracy)?');
});

test('two runs side by side: what differs, and how much is the same', async () => {
  const [first, second] = [`r${run(0, seeds[0]!)}`, `r${run(1, seeds[0]!)}`];
  const { body } = await ask<RunDiff>('get', `/runs/${first}/diff?with=${second}`);
  expect(body.runs.map(({ id, arm, seed }) => [id, arm, seed])).toEqual([
    [first, 'β0.2', seeds[0]],
    [second, 'β0.4', seeds[0]],
  ]);
  const differing = body.sections.flatMap(({ title, rows }) =>
    rows.filter(({ differs }) => differs).map(({ name, values }) => [title, name, ...values]),
  );
  expect(differing).toContainEqual(['settings', 'beta', 0.2, 0.4]);
  expect(differing).toContainEqual(['in force', 'beta', 0.2, 0.4]);
  expect(differing).toContainEqual([
    'metrics',
    'last(val/accuracy)',
    accuracyAt(0, seeds[0]!, 40),
    accuracyAt(1, seeds[0]!, 40),
  ]);
  expect(differing.filter(([title]) => title === 'settings')).toHaveLength(1);
  expect(body.same).toBe(body.sections.flatMap(({ rows }) => rows).length - differing.length);
  expect((await ask('get', `/runs/${first}/diff?with=r99999`)).status).toBe(404);
});

test('two networks of layers side by side: the layers that differ, and no others', async () => {
  const firstRun = async (name: string, layers: unknown[]): Promise<string> => {
    const own = { ...definition, name, training: { ...definition.training, model: { layers } } };
    const { id } = (await ask<StartResponse>('post', '/sweeps', { definition: own, baseFolder: '/study' })).body;
    started.pop();
    await ask('post', `/sweeps/${id}/cancel`);
    return (await ask<RunList>('get', `/sweeps/${id}/runs`)).body.items[0]!.id;
  };
  const layers = ['flatten', { dense: 64 }, 'relu'];
  const [first, second] = [
    await firstRun('narrow', layers),
    await firstRun('wide', ['flatten', { dense: 64 }, { batchNorm: true }, 'relu']),
  ];
  const of = async (other: string) => (await ask<RunDiff>('get', `/runs/${first}/diff?with=${other}`)).body.sections;
  const rows = (await of(second))[0]!.rows.filter(({ name }) => name.startsWith('training.model.layers'));
  expect(rows).toEqual([
    {
      name: 'training.model.layers[– → 2]',
      values: ['none', expect.stringMatching(/^\{"batchNorm":true,/)],
      differs: true,
    },
  ]);
  const same = (await of(first))[0]!.rows.find(({ name }) => name === 'training.model.layers');
  expect(same).toEqual({ name: 'training.model.layers', values: ['3 layers', '3 layers'], differs: false });
});

describe('logs', () => {
  const TIME = '2026-11-30T04:39:29.123Z';
  const begin = (from: number, to: number, token: number): string =>
    `${TIME} begin: batches [${from}, ${to}), worker 1, lease ${token}, process 7, engine wasm on CPU, fresh\n`;
  let logs: string;
  let stage: number;

  beforeAll(() => {
    claimLogFolder(storage);
    logs = logFolderOf(storage);
    stage = storage.prepare('SELECT stageId FROM "RunStage" WHERE runId = ?').pluck().get(run(0, 0)) as number;
    writeFileSync(join(logs, stageLogName(stage, 1)), `${begin(0, 40, 1)}${TIME} stdout: \u001b[2J<b>\tγ</b>\n`);
    writeFileSync(join(logs, stageLogName(stage, 2)), `${begin(10, 40, 1)}${TIME} end: complete at batch 40\n`);
    writeFileSync(join(logs, 'tails', `${stageLogName(stage, 2)}.1000`), 'x'.repeat(300_000));
    writeFileSync(join(logs, 'worker-1.log'), `${TIME} begin: process 7, engine wasm\n`);
  });

  test('of a run: its attempts, none of which is written after its process gave the lease back', async () => {
    const { body } = await ask<AttemptList>('get', `/runs/r${run(0, 0)}/logs`);
    const both = { stage: `g${stage}`, to: 40, worker: 1, startedAt: Date.parse(TIME), writing: false };
    expect(body.attempts).toEqual([
      { ...both, attempt: 1, from: 0, bytes: statSync(join(logs, stageLogName(stage, 1))).size },
      { ...both, attempt: 2, from: 10, bytes: 301_000 },
    ]);
  });

  test('one is written while its process holds the lease and it has not ended', async () => {
    const token = lease(storage);
    const attempts = async () => (await ask<AttemptList>('get', `/runs/r${run(0, 0)}/logs`)).body.attempts;
    writeFileSync(join(logs, stageLogName(stage, 3)), begin(20, 40, token.token));
    expect((await attempts()).map(({ writing }) => writing)).toEqual([false, false, true]);
    writeFileSync(
      join(logs, stageLogName(stage, 3)),
      `${begin(20, 40, token.token)}${TIME} end: stopped at batch 30\n`,
    );
    expect((await attempts()).map(({ writing }) => writing)).toEqual([false, false, false]);
    expect((await ask<WorkerList>('get', '/workers')).body.workers).toEqual([
      { worker: 1, bytes: statSync(join(logs, 'worker-1.log')).size, writing: true },
    ]);
    releaseLease(storage, token);
    expect((await ask<WorkerList>('get', '/workers')).body.workers[0]!.writing).toBe(false);
    rmSync(join(logs, stageLogName(stage, 3)));
  });

  test('are read in pieces, without what could steer a terminal, and what was left out is counted', async () => {
    const path = `/runs/r${run(0, 0)}/logs/g${stage}`;
    const first = (await ask<LogPiece>('get', `${path}/1`)).body;
    expect(first.text).toBe(`${begin(0, 40, 1)}${TIME} stdout: ·[2J<b>\tγ</b>\n`);
    expect(await ask('get', `${path}/1?from=${first.next}`)).toMatchObject({
      body: { text: '', from: first.end, next: first.end, leftOut: 0 },
    });
    const head = (await ask<LogPiece>('get', `${path}/2`)).body;
    const tail = (await ask<LogPiece>('get', `${path}/2?from=${head.next}`)).body;
    expect(tail).toMatchObject({ from: 1000, leftOut: 1000 - head.next, next: 257_000, end: 301_000 });
    expect((await ask<LogPiece>('get', `${path}/2?from=257000`)).body).toMatchObject({ next: 301_000, leftOut: 0 });
    expect((await ask<LogPiece>('get', '/workers/1/log')).body.text).toMatch(/ begin: process 7, engine wasm\n$/);
  });

  test.each([
    ['a stage of another run', () => `/runs/r${run(0, 1)}/logs/g${stage}/1`],
    ['an attempt that was not made', () => `/runs/r${run(0, 0)}/logs/g${stage}/9`],
    ['a worker that was not there', () => '/workers/7/log'],
  ])('of %s: 404', async (_, path) => {
    expect((await ask('get', path())).status).toBe(404);
  });

  test.each(['/logs/1/1', '/logs/g1/0', '/logs/..%2fowner/1', '/logs/g1/1?from=-1'])('%s: 400', async (path) => {
    expect((await ask('get', `/runs/r${run(0, 0)}${path}`)).status).toBe(400);
  });
});
