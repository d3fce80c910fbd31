import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Deliveries } from '../../server/runner/deliveries/deliveries.ts';
import { Settler } from '../../server/runner/loops/settler.ts';
import type { StageJob, StageQueue } from '../../server/runner/order/stage-queue.ts';
import type { SweepWork } from '../../server/runner/train-sweep.ts';
import type { RunTask, StageTask } from '../../server/store/training/identify-runs.ts';
import { makePlan } from '../store/support.ts';

const stage = (stageId: number, from: number, to: number): StageTask => ({
  stageId,
  parentId: null,
  edition: 0,
  from,
  to,
  batch: from,
  kept: false,
  members: [{ runId: 0, epsilon: 0.1 }],
});

/**
 * A stage [40, 100) of which its trunk [40, 70), [70, 100) tells nothing yet, since what leads to it is not trained.
 */
function make(): {
  settler: Settler;
  job: StageJob;
  trunk: [StageTask, StageTask];
  log: string[];
  stop: AbortController;
} {
  const trunk: [StageTask, StageTask] = [stage(1, 40, 70), stage(2, 70, 100)];
  const own = stage(3, 40, 100);
  const run: RunTask = {
    runId: 0,
    arm: 0,
    seed: 0,
    state: 'waiting',
    reused: false,
    attempts: 0,
    stages: [stage(0, 0, 40), own],
  };
  const log: string[] = [];
  const stop = new AbortController();
  const deliveries = {
    batchOf: ({ batch }) => batch,
    hasStateOf: ({ kept }) => kept,
    async stored() {
      log.push('looks');
      await setImmediate();
      log.push('has looked');
    },
  } as Partial<Deliveries>;
  const work = {
    arms: makePlan([{ beta: 0.1, N: 40 }], [1]).arms,
    stop: stop.signal,
    kill: stop.signal,
  } as Partial<SweepWork>;
  const queue = { giveBack: () => void log.push('gives back') } as Partial<StageQueue>;
  const settler = new Settler(work as SweepWork, queue as StageQueue, deliveries as Deliveries, () => trunk);
  return { settler, job: { stage: own, runs: [run], ending: [run], restores: false }, trunk, log, stop };
}

test('a stage is settled again when its trunk has more batches, or a state that was lost', async () => {
  const {
    settler,
    job,
    trunk: [first, second],
  } = make();
  expect(settler.isDue(job)).toBe(false);
  first.batch = 70; // its state at 70 is not kept
  for (const tellsMore of [() => {}, () => (second.batch = 80), () => (first.kept = true)]) {
    tellsMore();
    expect(settler.isDue(job)).toBe(true);
    await settler.settle(job, 0);
    expect(settler.isDue(job)).toBe(false);
  }
  second.batch = 90;
  expect(settler.isDue({ ...job, restores: true })).toBe(false);
});

test('stages are settled one after the other, and what waits has its turn before each', async () => {
  const { settler, job, log } = make();
  const settled = Promise.all([settler.settle(job, 0), settler.settle(job, 1)]);
  await Promise.resolve();
  expect(log).toEqual([]);
  await settled;
  expect(log).toEqual(['looks', 'has looked', 'gives back', 'looks', 'has looked', 'gives back']);
});

test('what is not settled when training is stopped is left as it is', async () => {
  const { settler, job, log, stop } = make();
  const settled = settler.settle(job, 0);
  stop.abort();
  await settled;
  expect(log).toEqual(['gives back']);
});
