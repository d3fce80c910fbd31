import { describe, expect, test } from 'vitest';
import { readArmScores } from '../../server/store/reading/arm-scores.ts';
import { changesSince, currentRevision } from '../../server/store/database/changes.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { listRuns, type RunQuery } from '../../server/store/reading/list-runs.ts';
import { listStages } from '../../server/store/reading/list-stages.ts';
import { finishSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import { readSweep } from '../../server/store/reading/read-sweep.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { writeMark } from '../../server/store/sweeps/write-mark.ts';
import { begin, lease, makePlan, makeSegment, newStorage, RECORD, request } from './support.ts';

/** Two arms and a learning rate × two seeds; accuracies by run below, the last run diverges, the fourth still waits. */
async function study(): Promise<{ storage: Storage; token: Lease; sweepId: number }> {
  const storage = await newStorage();
  const token = lease(storage);
  const rate = 'training.optimizer.learningRate';
  const { sweepId, tasks } = begin(
    storage,
    token,
    makePlan(
      [
        { beta: 0, learningRate: 0.1, swept: { [rate]: 0.1 } },
        { beta: 0.2, learningRate: 0.1, swept: { [rate]: 0.1 }, controlIndex: 0 },
        { beta: 0.2, N: 20, learningRate: 0.3, name: 'β0.2 Übung', swept: { [rate]: 0.3 } },
      ],
      [1, 2],
    ),
  );
  const accuracies = [[0.5, 0.9, 0.8], [0.4, 0.7, 0.95], [0.3, 0.6, 0.6], null, [0.2, 0.85, 0.85], [NaN]];
  for (const [i, values] of accuracies.entries()) {
    if (!values) continue;
    const { runId, stages } = tasks[i]!;
    startRun(storage, token, runId, RECORD, 1000 + i);
    const diverged = values.length === 1;
    commitSegment(
      storage,
      token,
      makeSegment(stages[0]!.stageId, 0, diverged ? 1 : 100, {
        columns: [
          { metric: 'train/total', epsilon: null, batches: [0], values: [diverged ? NaN : 2 - i / 10] },
          ...(diverged ? [] : [{ metric: 'val/accuracy', epsilon: null, batches: [0, 50, 100], values }]),
        ],
        seconds: { training: 10 - i, evaluation: 1 },
        ends: [
          {
            runId,
            outcome: diverged
              ? { state: 'diverged', batch: 0, intraDead: null }
              : { state: 'complete', intraDead: i === 1 },
          },
        ],
      }),
      2000,
    );
  }
  return { storage, token, sweepId };
}

describe('runs of a sweep', () => {
  test('carry parameters, state, seconds, last and best of each metric', async () => {
    const { storage, sweepId } = await study();
    const { items, total } = listRuns(storage, sweepId);
    expect(total).toBe(6);
    expect(items[0]).toEqual({
      id: 'r1',
      arm: 0,
      armName: 'β0',
      ablation: 'noIntra',
      control: true,
      deltas: {},
      mark: { star: false, tags: [], note: null },
      seed: 1,
      state: 'complete',
      error: null,
      engine: 'wasm',
      device: 'CPU, 1 thread',
      versions: { tfjs: '4.22.0' },
      bits: null,
      seconds: 11,
      batch: 100,
      batches: 100,
      reused: false,
      startedAt: new Date(1000),
      finishedAt: new Date(2000),
      params: { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null, 'training.optimizer.learningRate': 0.1 },
      metrics: {
        'train/total': { last: 2, best: 2, bestBatch: 0 },
        'val/accuracy': { last: 0.8, best: 0.9, bestBatch: 50 },
      },
    });
    expect(items[3]).toMatchObject({ state: 'waiting', seconds: null, startedAt: null, metrics: {} });
    expect(items[5]).toMatchObject({
      state: 'diverged',
      error: 'the total was not finite in batch 0',
      metrics: { 'train/total': { last: null, best: null } },
    });
  });

  test.each<[string, string[]]>([
    ['id', ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']],
    ['-seed', ['r4', 'r5', 'r6', 'r1', 'r2', 'r3']],
    ['-arm', ['r3', 'r6', 'r2', 'r5', 'r1', 'r4']],
    ['N', ['r3', 'r6', 'r2', 'r5', 'r1', 'r4']],
    ['-N', ['r2', 'r5', 'r3', 'r6', 'r1', 'r4']], // null is last either way
    ['-training.optimizer.learningRate', ['r3', 'r6', 'r1', 'r2', 'r4', 'r5']],
    ['seconds', ['r6', 'r5', 'r3', 'r2', 'r1', 'r4']],
    ['state', ['r1', 'r2', 'r3', 'r5', 'r6', 'r4']],
    ['-last:val/accuracy', ['r2', 'r5', 'r1', 'r3', 'r4', 'r6']],
    ['last:val/accuracy', ['r3', 'r1', 'r5', 'r2', 'r4', 'r6']],
    ['-best:val/accuracy', ['r2', 'r1', 'r5', 'r3', 'r4', 'r6']],
    ['best:train/total', ['r5', 'r3', 'r2', 'r1', 'r4', 'r6']],
    ['best:train/beta', ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']],
    [`x'; DROP TABLE "Run"; --`, ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']],
  ])('sorted by %s', async (key, ids) => {
    const { storage, sweepId } = await study();
    const query: RunQuery = key.startsWith('-') ? { sort: key.slice(1), descending: true } : { sort: key };
    expect(listRuns(storage, sweepId, query).items.map(({ id }) => id)).toEqual(ids);
    expect(listRuns(storage, sweepId, { ...query, offset: 2, limit: 3 }).items.map(({ id }) => id)).toEqual(
      ids.slice(2, 5),
    );
  });

  test('filtered', async () => {
    const { storage, sweepId } = await study();
    const ids = (query: RunQuery): string[] => listRuns(storage, sweepId, query).items.map(({ id }) => id);
    expect(ids({ states: ['waiting', 'diverged'] })).toEqual(['r4', 'r6']);
    expect(ids({ arms: [0, 2], seeds: [2] })).toEqual(['r4', 'r6']);
    expect(ids({ text: 'Übung' })).toEqual(['r3', 'r6']);
    expect(ids({ text: '%' })).toEqual([]);
    expect(listRuns(storage, sweepId, { states: ['complete'], limit: 1 })).toMatchObject({
      total: 4,
      items: [{ id: 'r1' }],
    });
  });
});

test('one run in full', async () => {
  const { storage } = await study();
  expect(await readRun(storage, 2)).toMatchObject({
    id: 'r2',
    sweeps: [{ id: 's1', name: 'switch-batch', arm: 1 }],
    arm: { index: 1, beta: 0.2, N: 50 },
    seed: 1,
    state: 'complete',
    intraDead: true,
    engine: 'wasm',
    device: 'CPU, 1 thread',
    versions: { tfjs: '4.22.0' },
    gitCommit: null,
    dataFingerprint: 'data',
    configuration: { loss: { s: 30 } },
    classes: ['a', 'b'],
    evaluated: { val: 100, test: 0 },
    durations: { training: 9, evaluation: 1 },
    attempts: 1,
    controlRun: 'r1',
    stages: [{ parent: null, from: 0, to: 100, batch: 100, params: { beta: 0.2 } }],
  });
  expect((await readRun(storage, 1))!.controlRun).toBeNull();
  expect(await readRun(storage, 99)).toBeNull();
  expect(Object.keys((await readRun(storage, 2))!.metrics)).toEqual(['train/total', 'val/accuracy']);
});

test('the results of a sweep, as the report reads them', async () => {
  const { storage, sweepId } = await study();
  const results = readResults(storage, sweepId, ['val/accuracy', 'val/nc1'])!;
  expect(results).toMatchObject({
    id: 's1',
    name: 'switch-batch',
    state: 'running',
    metric: { name: 'val/accuracy', goal: 'maximize' },
    seeds: [1, 2],
  });
  expect(results.arms.map(({ beta }) => beta)).toEqual([0, 0.2, 0.2]);
  expect(results.runs[0]).toEqual({
    id: 'r1',
    arm: 0,
    seed: 1,
    state: 'complete',
    engine: 'wasm',
    device: 'CPU, 1 thread',
    versions: { tfjs: '4.22.0' },
    bits: null,
    seconds: 11,
    error: null,
    curves: {
      'val/accuracy': { batches: [0, 50, 100], values: [0.5, 0.9, 0.8] },
      'val/nc1': { batches: [], values: [] },
    },
    confusion: [
      [100, 1],
      [2, 3],
    ],
    evaluated: { val: 100, test: 0 },
    intraDead: false,
    dataFingerprint: 'data',
  });
  expect(results.runs[3]).toMatchObject({
    id: 'r4',
    state: 'waiting',
    confusion: null,
    evaluated: null,
    seconds: null,
  });
  expect(results.runs[5]).toMatchObject({ id: 'r6', state: 'diverged' });
  expect(readResults(storage, 99, [])).toBeNull();
});

test('the best arms, by the complete runs alone', async () => {
  const { storage, sweepId } = await study();
  const scores = readArmScores(storage, sweepId);
  expect(scores.map(({ arm, n }) => [arm, n])).toEqual([
    [1, 2],
    [0, 1],
    [2, 1],
  ]);
  expect(scores[0]!.mean).toBeCloseTo(0.9, 12);
  expect(scores[0]!.sd).toBeCloseTo(0.0707106781186548, 12); // of 0.95 and 0.85
  expect(scores[1]).toEqual({ arm: 0, n: 1, mean: 0.8, sd: null });
});

test('the stage tree, with the runs that share a stage', async () => {
  const { storage, sweepId } = await study();
  storage.raw
    .prepare(
      `INSERT INTO "Stage" (key, parentId, fromBatch, toBatch, batch, seed, params)
    VALUES ('child', 1, 100, 150, 120, 1, '{}')`,
    )
    .run();
  storage.raw.prepare(`INSERT INTO "RunStage" (runId, position, stageId) VALUES (4, 1, 7), (1, 1, 7)`).run();
  const stages = listStages(storage, sweepId);
  expect(stages.find(({ id }) => id === 'g7')).toMatchObject({
    parent: 'g1',
    from: 100,
    to: 150,
    batch: 120,
    runs: ['r1', 'r4'],
    seconds: null,
  });
  expect(stages.find(({ id }) => id === 'g1')).toMatchObject({
    parent: null,
    from: 0,
    to: 100,
    batch: 100,
    seed: 1,
    state: 'complete',
    runs: ['r1'],
    engine: 'wasm',
    seconds: 11,
  });
  expect(stages.find(({ id }) => id === 'g6')).toMatchObject({ state: 'diverged', runs: ['r6'] });
});

test("a curve is the concatenation along a run's path; its summary too", async () => {
  const { storage, token } = await study();
  storage.raw
    .prepare(
      `INSERT INTO "Stage" (key, parentId, fromBatch, toBatch, batch, seed, params)
    VALUES ('child', 1, 100, 150, 100, 1, '{}')`,
    )
    .run();
  storage.raw.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (1, 1, 7)').run();
  commitSegment(
    storage,
    token,
    makeSegment(7, 100, 150, {
      columns: [{ metric: 'val/accuracy', epsilon: null, batches: [125, 150], values: [0.9, 0.85] }],
    }),
  );
  expect(readCurve(storage, 1, 'val/accuracy')).toEqual({
    batches: [0, 50, 100, 125, 150],
    values: [0.5, 0.9, 0.8, 0.9, 0.85],
  });
  expect((await readRun(storage, 1))!.metrics['val/accuracy']).toEqual({ last: 0.85, best: 0.9, bestBatch: 50 });
  expect(
    listRuns(storage, 1, { sort: 'last:val/accuracy', descending: true })
      .items.map(({ id }) => id)
      .slice(0, 3),
  ).toEqual(['r2', 'r1', 'r5']);
});

test('changes are counted, whoever makes them and by whatever statement', async () => {
  const { storage, token, sweepId } = await study();
  const server = await openStorage({ file: storage.file, create: false });
  let revision = currentRevision(server);
  const changes = (): unknown => {
    const { revision: now, ...rest } = changesSince(server, revision);
    revision = now;
    return rest;
  };
  const none = { sweeps: [], runs: [], list: false };
  expect(changes()).toEqual(none);
  startRun(storage, token, 4, RECORD);
  expect(changes()).toEqual({ sweeps: ['s1'], runs: ['r4'], list: false });
  commitSegment(storage, token, makeSegment(4, 0, 10));
  expect(changes()).toEqual({ sweeps: ['s1'], runs: ['r4'], list: false });
  writeMark(storage, { sweep: sweepId }, { note: 'seen' });
  expect(changes()).toEqual({ sweeps: ['s1'], runs: [], list: false });
  queueSweep(storage, request(makePlan([{}], [1], 'another')));
  expect(changes()).toEqual({ sweeps: ['s2'], runs: [], list: true });
  removeSweep(storage, 2);
  expect(changes()).toEqual({ sweeps: [], runs: [], list: true });
  finishSweep(storage, token, sweepId, 'complete');
  expect(changes()).toEqual({ sweeps: ['s1'], runs: ['r4'], list: false });
  expect(changes()).toEqual(none);
  expect((await readSweep(server, sweepId))!.metrics).toEqual(['train/total', 'val/accuracy']);
  await server.close();
});
