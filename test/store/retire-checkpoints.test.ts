import { expect, test } from 'vitest';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { identifyRuns, type RunTask } from '../../server/store/training/identify-runs.ts';
import type { Lease } from '../../server/store/database/lease.ts';
import { finishSweep, startSweep } from '../../server/store/training/sweep-turn.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { retireCheckpoints } from '../../server/store/training/retire-checkpoints.ts';
import { keepCheckpoints } from '../../server/store/sweeps/keep-checkpoints.ts';
import { checkpointFiles } from '../../server/store/reading/read-checkpoints.ts';
import { finishRun, type RunOutcome } from '../../server/store/training/run-state.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import { lease, makePlan, makeSegment, newStorage, request } from './support.ts';

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
