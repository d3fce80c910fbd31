import { expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, readTasks, type RunIdentity, type RunTask } from '../../server/store/training/identify-runs.ts';
import { readArms } from '../../server/store/reading/read-arms.ts';
import { listStages } from '../../server/store/reading/list-stages.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { readPoints } from '../../server/store/reading/read-points.ts';
import { readCurve } from '../../server/store/reading/read-curve.ts';
import { readResults } from '../../server/store/reading/read-results.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { effectiveSettings, runKey, stageKey } from '../../server/sweep/effective.ts';
import { shownParameters } from '../../server/sweep/shown-parameters.ts';
import { buildStageTree, stagePaths } from '../../server/sweep/stage-tree.ts';
import { lease, makePlan, makeSegment, newStorage, request } from './support.ts';

/** Every run with its path through the stage tree. */
function treeIdentities(storage: Storage, sweepId: number): RunIdentity[] {
  const arms = readArms(storage, sweepId);
  const paths = stagePaths(buildStageTree(arms));
  return readTasks(storage, sweepId).map(({ arm: index, seed }) => {
    const effective = effectiveSettings(arms[index]!);
    return {
      arm: index,
      seed,
      key: runKey(effective, seed, 'data', 'wasm'),
      start: stageKey(effective, 0, seed, 'data', 'wasm'),
      engine: 'wasm',
      dataFingerprint: 'data',
      stages: paths.get(index)!.map(({ from, to }) => ({
        key: stageKey(effective, to, seed, 'data', 'wasm'),
        from,
        to,
        params: shownParameters(arms[index]!),
      })),
    };
  });
}

function beginTree(
  storage: Storage,
  token: Lease,
  name: string,
  switches: number[],
  fresh = false,
): { sweepId: number; tasks: RunTask[] } {
  const plan = makePlan([{ beta: 0 }, ...switches.map((N) => ({ beta: 0.2, N }))], [1], name);
  const { sweepId } = queueSweep(storage, request(plan));
  startSweep(storage, token, sweepId, 'wasm');
  return { sweepId, tasks: identifyRuns(storage, token, sweepId, treeIdentities(storage, sweepId), fresh) };
}

const path = ({ stages }: RunTask): [number, number][] => stages.map(({ from, to }) => [from, to]);

test('runs share a trunk, and its points and its time are there once', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, tasks } = beginTree(storage, token, 'first', [40]);
  expect(tasks.map(path)).toEqual([
    [
      [0, 40],
      [40, 100],
    ],
    [
      [0, 40],
      [40, 100],
    ],
  ]);
  const [control, arm] = tasks as [RunTask, RunTask];
  expect(arm.stages[0]!.stageId).toBe(control.stages[0]!.stageId);

  commitSegment(storage, token, makeSegment(control.stages[0]!.stageId, 0, 40));
  for (const { stages, runId } of tasks) {
    commitSegment(
      storage,
      token,
      makeSegment(stages[1]!.stageId, 40, 100, { ends: [{ runId, outcome: { state: 'complete', intraDead: null } }] }),
    );
  }
  for (const { runId } of tasks) {
    const { batches, values } = readCurve(storage, runId, 'train/total');
    expect(batches).toEqual(Array.from({ length: 100 }, (_, t) => t));
    expect([...readPoints(storage, runId, 'train/total')]).toEqual(batches.map((batch, i) => [batch, values[i]]));
    expect((await readRun(storage, runId))!.metrics['train/total']).toMatchObject({
      last: Math.fround(10 / 100),
      best: Math.fround(10 / 100),
      bestBatch: 99,
    });
  }
  expect(storage.raw.prepare(`SELECT count(*) FROM "Point"`).pluck().get()).toBe(40 + 60 + 60 + 3);
  // A stage of support.ts takes 2.5 s: three of them, although each of the two runs took 5 s.
  const results = readResults(storage, sweepId, [])!;
  expect(results.seconds).toBe(7.5);
  expect(results.runs.map(({ seconds }) => seconds)).toEqual([5, 5]);
  expect(
    listStages(storage, sweepId).map(({ from, to, runs, parent }) => [from, to, runs.length, parent !== null]),
  ).toEqual([
    [0, 40, 2, false],
    [40, 100, 1, true],
    [40, 100, 1, true],
  ]);
});

test('a stretch that was taken from the trunk is time of the run, not of the sweep, which spent it once', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const {
    sweepId,
    tasks: [control, arm],
  } = beginTree(storage, token, 'taken', [40]) as { sweepId: number; tasks: [RunTask, RunTask] };
  const [trunk, carriedOn, forked] = [control.stages[0]!, control.stages[1]!, arm.stages[1]!].map(
    ({ stageId }) => stageId,
  ) as [number, number, number];
  commitSegment(storage, token, makeSegment(trunk, 0, 40, { seconds: { training: 4, evaluation: 1 } }));
  commitSegment(storage, token, makeSegment(carriedOn, 40, 100, { seconds: { training: 6, evaluation: 1 } }));
  commitSegment(
    storage,
    token,
    makeSegment(forked, 40, 70, { seconds: { training: 3, evaluation: 0.5 }, fromTrunk: true }),
  );
  commitSegment(storage, token, makeSegment(forked, 70, 100, { seconds: { training: 3.25, evaluation: 0.5 } }));
  const { seconds, runs } = readResults(storage, sweepId, [])!;
  expect(runs.map((run) => run.seconds)).toEqual([12, 12.25]);
  expect(seconds).toBe(5 + 7 + 3.75);
});

test('a trunk that another plan has cut elsewhere is taken as it is', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const first = beginTree(storage, token, 'first', [40]);
  const second = beginTree(storage, token, 'second', [20, 40]);
  // The control and the arm of N = 40 are the runs of the first sweep; only what forks at 20 has stages of its own.
  expect(
    second.tasks.map(({ runId }) => runId).filter((id) => first.tasks.some(({ runId }) => runId === id)),
  ).toHaveLength(2);
  expect(path(second.tasks[1]!)).toEqual([
    [0, 20],
    [20, 100],
  ]);

  const third = beginTree(storage, token, 'third', [60]);
  // [0, 40) is there, but nothing at 60: the new arm forks from a trunk of its own.
  expect(path(third.tasks[1]!)).toEqual([
    [0, 60],
    [60, 100],
  ]);
  const fourth = beginTree(storage, token, 'fourth', [20, 60, 80]);
  // At 80 nothing is held, at 60 a stage that begins at 0: it is taken with its own cuts.
  expect(path(fourth.tasks[3]!)).toEqual([
    [0, 60],
    [60, 80],
    [80, 100],
  ]);
});

/** The editions of the runs and of the stages that they go through, by arm. */
function editionsOf(storage: Storage, tasks: RunTask[]): [run: number, stages: number[]][] {
  const edition = storage.raw.prepare('SELECT edition FROM "Run" WHERE id = ?').pluck();
  return tasks.map(({ runId, stages }) => [edition.get(runId) as number, stages.map((stage) => stage.edition)]);
}

const complete = (storage: Storage, token: Lease, { sweepId, tasks }: ReturnType<typeof beginTree>): void => {
  for (const { runId, stages } of tasks) {
    for (const { stageId, from, to } of stages)
      if (readTasks(storage, sweepId).some((task) => task.stages.some((s) => s.stageId === stageId && s.batch < to)))
        commitSegment(storage, token, makeSegment(stageId, from, to));
    storage.raw.prepare(`UPDATE "Run" SET state = 'complete' WHERE id = ?`).run(runId);
  }
  finishSweep(storage, token, sweepId, 'complete');
};

test('a sweep that was trained anew and is extended goes on in its own edition', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  complete(storage, token, beginTree(storage, token, 'sweep', [40]));
  complete(storage, token, beginTree(storage, token, 'sweep', [40], true));
  // N = 0 has no stage in common with the control, and is compared with it all the same.
  const { tasks } = beginTree(storage, token, 'sweep', [40, 60, 0]);
  expect(editionsOf(storage, tasks)).toEqual([
    [1, [1, 1]],
    [1, [1, 1]],
    [1, [1, 1, 1]],
    [1, [1]],
  ]);
  expect(tasks[2]!.stages[0]).toMatchObject({ from: 0, to: 40, batch: 40 });
  expect(tasks[2]!.stages[0]!.stageId).toBe(tasks[0]!.stages[0]!.stageId);
});

test('an arm that only an older edition holds is not paired with a newer control', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  complete(storage, token, beginTree(storage, token, 'sweep', [40, 60]));
  complete(storage, token, beginTree(storage, token, 'sweep', [40], true));
  const { tasks } = beginTree(storage, token, 'sweep', [40, 60]);
  expect(editionsOf(storage, tasks).map(([run]) => run)).toEqual([1, 1, 1]);
  expect(tasks.map(({ state }) => state)).toEqual(['complete', 'complete', 'waiting']);
});

test('another sweep that is trained anew moves no other sweep to its edition; a new sweep takes the newest', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  complete(storage, token, beginTree(storage, token, 'old', [40]));
  complete(storage, token, beginTree(storage, token, 'anew', [40], true));
  const old = beginTree(storage, token, 'old', [40, 60]);
  expect(editionsOf(storage, old.tasks).map(([run]) => run)).toEqual([0, 0, 0]);
  finishSweep(storage, token, old.sweepId, 'interrupted');
  const { tasks } = beginTree(storage, token, 'new', [40, 60]);
  expect(editionsOf(storage, tasks).map(([run]) => run)).toEqual([1, 1, 1]);
  expect(tasks.map(({ state }) => state)).toEqual(['complete', 'complete', 'waiting']);
});
