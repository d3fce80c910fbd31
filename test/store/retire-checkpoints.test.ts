import { expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, type RunTask } from '../../server/store/training/identify-runs.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { retireCheckpoints } from '../../server/store/training/retire-checkpoints.ts';
import { keepCheckpoints } from '../../server/store/sweeps/keep-checkpoints.ts';
import { keepWeights } from '../../server/store/sweeps/keep-weights.ts';
import { bestRuns } from '../../server/store/reading/best-runs.ts';
import { unkeptWeights } from '../../server/store/reading/unkept-weights.ts';
import { readNotedFiles } from '../../server/store/training/note-files.ts';
import { removeSweep } from '../../server/store/sweeps/remove-sweep.ts';
import { runName, sweepName } from '../../server/store/database/ids.ts';
import { checkpointFiles } from '../../server/store/reading/read-checkpoints.ts';
import { finishRun, type RunOutcome } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { begin, lease, makePlan, makeSegment, newStorage, request } from './support.ts';

/**
 * A control [0, 40) [40, 100) and an arm that forks from its trunk at 40; their stages are `trunk`, `control` and `arm`
 * in the files' names.
 */
function beginForked(
  storage: Storage,
  token: Lease,
  name = 'forked',
): { sweepId: number; control: RunTask; arm: RunTask } {
  const { sweepId } = queueSweep(storage, request(makePlan([{ beta: 0 }, { beta: 0.2, N: 40 }], [1], name)));
  startSweep(storage, token, sweepId, 'wasm');
  const stage = (key: string, from: number, to: number) => ({ key: `${name} ${key}`, from, to, params: {} as never });
  const run = (arm: number, ...stages: ReturnType<typeof stage>[]) => ({
    arm,
    seed: 1,
    key: `${name} ${arm}`,
    start: name,
    engine: 'wasm',
    dataFingerprint: 'data',
    stages,
  });
  const trunk = stage('trunk', 0, 40);
  const [control, arm] = identifyRuns(
    storage,
    token,
    sweepId,
    [run(0, trunk, stage('control', 40, 100)), run(1, trunk, stage('arm', 40, 100))],
    false,
  );
  return { sweepId, control: control!, arm: arm! };
}

function trainStage(
  storage: Storage,
  token: Lease,
  { runId, stages }: RunTask,
  position: number,
  file: string,
  outcome: RunOutcome = { state: 'waiting' },
): void {
  const { stageId, from, to } = stages[position]!;
  commitSegment(
    storage,
    token,
    makeSegment(stageId, from, to, {
      checkpoint: { batch: to, file, size: 10, hash: 'ab' },
      ends: [{ runId, outcome }],
    }),
  );
}

const complete: RunOutcome = { state: 'complete', intraDead: null };
const files = (storage: Storage): string[] => [...checkpointFiles(storage)].sort();

test('the final weights of every run stay, a trunk goes once no run forks from it any more', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, control, arm } = beginForked(storage, token);
  trainStage(storage, token, control, 0, 'trunk');
  trainStage(storage, token, control, 1, 'control', complete);
  for (const state of ['waiting', 'failed', 'cancelled'] as const) {
    finishRun(storage, token, arm.runId, state === 'failed' ? { state, error: 'no memory' } : { state });
    expect(retireCheckpoints(storage, token)).toEqual([]);
  }
  trainStage(storage, token, arm, 1, 'arm', complete);
  finishSweep(storage, token, sweepId, 'complete');
  expect(retireCheckpoints(storage, token)).toEqual(['trunk']);
  expect(files(storage)).toEqual(['arm', 'control']);
  expect(retireCheckpoints(storage, token)).toEqual([]);
});

test('a run that diverged has no final weights and needs no trunk', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, control, arm } = beginForked(storage, token);
  trainStage(storage, token, control, 0, 'trunk');
  trainStage(storage, token, control, 1, 'control', complete);
  const { stageId } = arm.stages[1]!;
  commitSegment(
    storage,
    token,
    makeSegment(stageId, 40, 60, { checkpoint: { batch: 60, file: 'on the way', size: 10, hash: 'ab' } }),
  );
  commitSegment(
    storage,
    token,
    makeSegment(stageId, 60, 62, {
      checkpoint: null,
      ends: [{ runId: arm.runId, outcome: { state: 'diverged', batch: 61, intraDead: null } }],
    }),
  );
  finishSweep(storage, token, sweepId, 'complete');
  expect(retireCheckpoints(storage, token).sort()).toEqual(['on the way', 'trunk']);
  expect(files(storage)).toEqual(['control']);
});

test('equal states have one file: it stays as long as one of them is needed', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const { sweepId, control, arm } = beginForked(storage, token);
  trainStage(storage, token, control, 0, 'same');
  trainStage(storage, token, control, 1, 'same', complete);
  trainStage(storage, token, arm, 1, 'arm', complete);
  finishSweep(storage, token, sweepId, 'complete');
  expect(retireCheckpoints(storage, token)).toEqual([]);
  expect(storage.raw.prepare(`SELECT count(*) FROM "Checkpoint"`).pluck().get()).toBe(2);
  expect(files(storage)).toEqual(['arm', 'same']);
});

test('a sweep that keeps all keeps them when others end; while a sweep is queued nothing goes', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const finishForked = (name: string, keeps: boolean): void => {
    const { sweepId, control, arm } = beginForked(storage, token, name);
    if (keeps) keepCheckpoints(storage, sweepId);
    trainStage(storage, token, control, 0, `${name} trunk`);
    trainStage(storage, token, control, 1, `${name} control`, complete);
    trainStage(storage, token, arm, 1, `${name} arm`, complete);
    finishSweep(storage, token, sweepId, 'complete');
  };
  finishForked('kept', true);
  finishForked('other', false);
  const { sweepId } = queueSweep(storage, request(makePlan([{ beta: 0.3 }], [1], 'next')));
  expect(retireCheckpoints(storage, token)).toEqual([]);
  startSweep(storage, token, sweepId, 'wasm');
  finishSweep(storage, token, sweepId, 'cancelled');
  expect(retireCheckpoints(storage, token)).toEqual(['other trunk']);
});

/** Each run as one stage, with these last values of the sweep's metric, run by run; its file has the run's name. */
function trainRuns(
  storage: Storage,
  token: Lease,
  { tasks }: { tasks: RunTask[] },
  values: readonly (number | null)[],
): void {
  for (const [i, { runId, stages, state }] of tasks.entries()) {
    if (state === 'complete') continue;
    commitSegment(
      storage,
      token,
      makeSegment(stages[0]!.stageId, 0, 100, {
        columns: [{ metric: 'val/accuracy', epsilon: null, batches: [50, 100], values: [0.99, values[i]!] }],
        checkpoint: { batch: 100, file: runName(runId), size: 10, hash: 'ab' },
        ends: [{ runId, outcome: complete }],
      }),
    );
  }
}

/** Arms 0 and 1 with seeds 1 to 3, ordered by seed: the runs of arm 0 are the first, third and fifth. */
const plan = (name: string, goal: 'maximize' | 'minimize' = 'maximize', betas = [0, 0.2]) => ({
  ...makePlan(
    betas.map((beta) => ({ beta })),
    [1, 2, 3],
    name,
  ),
  metric: { name: 'val/accuracy', goal },
});

test('--keep-weights none: of a complete sweep nothing stays; one that is interrupted keeps all until it is complete', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const sweep = begin(storage, token, plan('none'));
  expect(keepWeights(storage, sweep.sweepId, 'none')).toBe(0);
  trainRuns(storage, token, { tasks: sweep.tasks.slice(0, 5) }, [0.1, 0.2, 0.3, 0.4, 0.5]);
  finishSweep(storage, token, sweep.sweepId, 'interrupted');
  expect(retireCheckpoints(storage, token)).toEqual([]);

  queueSweep(storage, request(plan('none')));
  startSweep(storage, token, sweep.sweepId, 'wasm');
  trainRuns(storage, token, { tasks: sweep.tasks.slice(5) }, [0.6]);
  finishSweep(storage, token, sweep.sweepId, 'complete');
  expect(retireCheckpoints(storage, token)).toHaveLength(6);
  expect(files(storage)).toEqual([]);
  // Where the process dies before it has deleted them, the next one finds them noted.
  expect(readNotedFiles(storage).map(({ file }) => file)).toHaveLength(6);
  expect(unkeptWeights(storage, sweep.tasks[0]!.runId)).toEqual({ sweep: 's1', keepWeights: 'none', best: null });
  // What is gone is counted, and does not come back.
  expect(keepWeights(storage, sweep.sweepId, 'all')).toBe(6);
  expect(retireCheckpoints(storage, token)).toEqual([]);
});

test.each([
  { goal: 'maximize', values: [0.5, 0.3, 0.7, 0.9, 0.7, 0.8], best: [2, 3] },
  { goal: 'minimize', values: [0.5, 0.3, 0.5, 0.9, 0.7, 0.3], best: [0, 1] },
  { goal: 'maximize', values: [null, null, null, 0.9, -1, null], best: [4, 3] },
  { goal: 'minimize', values: [null, null, null, 0.9, null, null], best: [0, 3] },
] as const)(
  '--keep-weights best keeps of each arm the run whose last value is best ($goal $values)',
  async ({ goal, values, best }) => {
    const storage = await newStorage();
    const token = lease(storage);
    const sweep = begin(storage, token, plan('best', goal));
    keepWeights(storage, sweep.sweepId, 'best');
    trainRuns(storage, token, sweep, values);
    finishSweep(storage, token, sweep.sweepId, 'complete');
    retireCheckpoints(storage, token);
    const kept = best.map((place) => sweep.tasks[place]!.runId);
    expect([...bestRuns(storage, sweep.sweepId).values()].sort()).toEqual([...kept].sort());
    expect(files(storage)).toEqual(kept.map(runName).sort());
    const other = sweep.tasks.find(({ arm, runId }) => arm === 0 && !kept.includes(runId))!;
    expect(unkeptWeights(storage, other.runId)).toEqual({
      sweep: sweepName(sweep.sweepId),
      keepWeights: 'best',
      best: runName(kept[0]!),
    });
  },
);

test('runs that sweeps share keep their weights as long as one of them keeps those', async () => {
  const storage = await newStorage();
  const token = lease(storage);
  const finish = (name: string, betas: number[], values: number[], keep: 'none' | 'best' | 'all'): number => {
    const sweep = begin(storage, token, plan(name, 'maximize', betas));
    keepWeights(storage, sweep.sweepId, keep);
    trainRuns(storage, token, sweep, values);
    finishSweep(storage, token, sweep.sweepId, 'complete');
    retireCheckpoints(storage, token);
    return sweep.sweepId;
  };
  const all = finish('all', [0, 0.2], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 'all');
  // The runs of β = 0.2 are both sweeps'.
  finish('none', [0.2, 0.4], [0.2, 0.7, 0.4, 0.8, 0.6, 0.9], 'none');
  expect(files(storage)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
  const best = finish('best', [0.2], [0.2, 0.4, 0.6], 'best');

  keepWeights(storage, all, 'none');
  retireCheckpoints(storage, token);
  expect(files(storage)).toEqual(['r6']);
  removeSweep(storage, best);
  expect(files(storage)).toEqual(['r6']); // until a sweep has ended again
  retireCheckpoints(storage, token);
  expect(files(storage)).toEqual([]);
});

test('the last of --keep-checkpoints and --keep-weights counts', async () => {
  const storage = await newStorage();
  const { sweepId } = queueSweep(storage, request(plan('both')));
  const kept = (): unknown => storage.raw.prepare('SELECT keepCheckpoints, keepWeights FROM "Sweep"').raw().get();
  keepCheckpoints(storage, sweepId);
  expect(kept()).toEqual([1, 'all']);
  keepWeights(storage, sweepId, 'all');
  expect(kept()).toEqual([1, 'all']);
  keepWeights(storage, sweepId, 'best');
  expect(kept()).toEqual([0, 'best']);
  keepCheckpoints(storage, sweepId);
  expect(kept()).toEqual([1, 'all']);
});
