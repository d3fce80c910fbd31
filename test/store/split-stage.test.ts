import { expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, readTasks, type RunTask } from '../../server/store/training/identify-runs.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { readPoints } from '../../server/store/reading/read-points.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { passingKey } from '../../server/store/training/split-stage.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { identities, lease, makePlan, makeSegment, newStorage, request } from './support.ts';

/** Three runs that differ in ε alone, on one stage [0, 100). */
async function together(): Promise<{ storage: Storage; token: Lease; sweepId: number; tasks: RunTask[] }> {
  const storage = await newStorage();
  const token = lease(storage);
  const plan = makePlan(
    [0.02, 0.1, 0.3].map((epsilon) => ({ beta: 0.2, epsilon, N: 0 })),
    [1],
  );
  const { sweepId } = queueSweep(storage, request(plan));
  startSweep(storage, token, sweepId, 'wasm');
  const key = passingKey();
  const onOneStage = identities(storage, sweepId).map((identity) => ({
    ...identity,
    stages: identity.stages.map((stage) => ({ ...stage, key })),
  }));
  return { storage, token, sweepId, tasks: identifyRuns(storage, token, sweepId, onOneStage, false) };
}

const paths = (storage: Storage, sweepId: number): [number, number, number][][] =>
  readTasks(storage, sweepId).map(({ stages }) => stages.map(({ from, to, members }) => [from, to, members.length]));

test('until they split, runs have their own total and share the rest', async () => {
  const { storage, token, tasks } = await together();
  const [{ stageId, members }] = tasks[0]!.stages as [RunTask['stages'][0]];
  expect(members).toEqual(tasks.map(({ runId }, i) => ({ runId, epsilon: [0.02, 0.1, 0.3][i] })));
  const column = (epsilon: number | null, metric: string, value: number) => ({
    metric,
    epsilon,
    batches: [0],
    values: [value],
  });
  commitSegment(
    storage,
    token,
    makeSegment(stageId, 0, 1, {
      columns: [
        column(null, 'train/accuracy', 0.5),
        column(0.02, 'train/total', 3),
        column(0.1, 'train/total', 2),
        column(0.3, 'train/total', 1),
      ],
    }),
  );
  expect(tasks.map(({ runId }) => readCurve(storage, runId, 'train/total').values)).toEqual([[3], [2], [1]]);
  expect(tasks.map(({ runId }) => readCurve(storage, runId, 'train/accuracy').values)).toEqual([[0.5], [0.5], [0.5]]);
  expect(tasks.map(({ runId }) => [...readPoints(storage, runId, 'train/total')])).toEqual([
    [[0, 3]],
    [[0, 2]],
    [[0, 1]],
  ]);
});

test('a split ends the stage there and gives each group its own, in the transaction of the segment', async () => {
  const { storage, token, sweepId, tasks } = await together();
  const { stageId } = tasks[0]!.stages[0]!;
  commitSegment(storage, token, makeSegment(stageId, 0, 30, { split: [[0.02, 0.1], [0.3]] }));
  expect(paths(storage, sweepId)).toEqual([
    [
      [0, 30, 3],
      [30, 100, 2],
    ],
    [
      [0, 30, 3],
      [30, 100, 2],
    ],
    [
      [0, 30, 3],
      [30, 100, 1],
    ],
  ]);
  expect(readTasks(storage, sweepId).map(({ stages }) => stages[1]!.parentId)).toEqual([stageId, stageId, stageId]);

  const pair = readTasks(storage, sweepId)[0]!.stages[1]!.stageId;
  expect(() => commitSegment(storage, token, makeSegment(pair, 31, 40, { split: [[0.02], [0.1]] }))).toThrow(
    /does not stand at batch 31/,
  );
  expect(paths(storage, sweepId)[0]).toEqual([
    [0, 30, 3],
    [30, 100, 2],
  ]);
});

test('where not even the first batch is common, there is no such stage', async () => {
  const { storage, token, sweepId, tasks } = await together();
  commitSegment(
    storage,
    token,
    makeSegment(tasks[0]!.stages[0]!.stageId, 0, 0, {
      columns: [],
      artefacts: [],
      checkpoint: null,
      split: [[0.02], [0.1, 0.3]],
    }),
  );
  expect(paths(storage, sweepId)).toEqual([[[0, 100, 1]], [[0, 100, 2]], [[0, 100, 2]]]);
  expect(readTasks(storage, sweepId).every(({ stages }) => stages[0]!.parentId === null)).toBe(true);
  expect(storage.raw.prepare('SELECT count(*) FROM "Stage"').pluck().get()).toBe(2);
});
