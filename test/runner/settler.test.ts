import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Settler } from '../../server/runner/loops/settler.ts';
import { StageQueue, type StageJob } from '../../server/runner/order/stage-queue.ts';
import type { RunTask, StageTask } from '../../server/store/training/identify-runs.ts';
import { makePlan, newStorage } from '../store/support.ts';

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
async function make(): Promise<{
  settler: Settler;
  job: StageJob;
  tasks: StageQueue;
  trunk: [StageTask, StageTask];
  log: string[];
  stop: AbortController;
}> {
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
    batchOf: ({ batch }: StageTask) => batch,
    hasStateOf: ({ kept }: StageTask) => kept,
    async stored() {
      log.push('looks');
      await setImmediate();
      log.push('has looked');
    },
    checkpoints: { isThere: async () => false },
    take: async () => void log.push('takes'),
    split: async () => void log.push('splits'),
  };
  const work = {
    storage: await newStorage(),
    arms: makePlan([{ beta: 0.1, N: 40 }], [1]).arms,
    stopping: stop.signal,
    killing: stop.signal,
  };
  const queue = { giveBack: () => void log.push('gives back') };
  const settler = new Settler(work, queue, deliveries, () => trunk);
  const tasks = new StageQueue([run]);
  return { settler, tasks, job: { stage: own, runs: [run], ending: [run], restores: false }, trunk, log, stop };
}

test('a stage is settled again when its trunk has more batches, or a state that was lost', async () => {
  const {
    settler,
    job,
    tasks,
    trunk: [first, second],
  } = await make();
  expect(settler.isDue(job)).toBe(false);
  tasks.advance(first, { batch: 70, kept: false });
  for (const tellsMore of [
    () => {},
    () => tasks.advance(second, { batch: 80, kept: false }),
    () => tasks.advance(first, { batch: 70, kept: true }),
  ]) {
    tellsMore();
    expect(settler.isDue(job)).toBe(true);
    await settler.settle(job, 0);
    expect(settler.isDue(job)).toBe(false);
  }
  tasks.advance(second, { batch: 90, kept: false });
  expect(settler.isDue({ ...job, restores: true })).toBe(false);
});

test('stages are settled one after the other, and what waits has its turn before each', async () => {
  const { settler, job, log } = await make();
  const settled = Promise.all([settler.settle(job, 0), settler.settle(job, 1)]);
  await Promise.resolve();
  expect(log).toEqual([]);
  await settled;
  expect(log).toEqual(['looks', 'has looked', 'gives back', 'looks', 'has looked', 'gives back']);
});

test('what is not settled when training is stopped is left as it is', async () => {
  const { settler, job, log, stop } = await make();
  const settled = settler.settle(job, 0);
  stop.abort();
  await settled;
  expect(log).toEqual(['gives back']);
});
