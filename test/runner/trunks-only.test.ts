import { expect, test } from 'vitest';
import { StageQueue } from '../../server/runner/order/stage-queue.ts';
import { trunksOnly } from '../../server/runner/order/trunks-only.ts';
import type { RunTask } from '../../server/store/training/identify-runs.ts';
import { makeArm, makeControl } from '../report/make-results.ts';

/** One stage per stretch; of 400 batches. */
function run(
  arm: number,
  seed: number,
  ...stages: [id: number, parent: number | null, from: number, to: number][]
): RunTask {
  const offset = 10 * seed;
  return {
    runId: arm + offset,
    arm,
    seed,
    state: 'waiting',
    reused: false,
    attempts: 0,
    stages: stages.map(([id, parent, from, to]) => ({
      stageId: id + offset,
      parentId: parent === null ? null : parent + offset,
      edition: 0,
      from,
      to,
      batch: from,
      kept: false,
      members: [],
    })),
  };
}

/** The control, an arm that switches at 100, one that does at once and one without a switch since β is 0. */
const arms = [makeControl(0), makeArm(1, { N: 100 }), makeArm(2, { N: 0 }), makeArm(3, { beta: 0, N: 100, gamma: 2 })];
const tasks = (): RunTask[] =>
  [0, 1, 2].flatMap((seed) => [
    run(0, seed, [1, null, 0, 100], [2, 1, 100, 400]),
    run(1, seed, [1, null, 0, 100], [3, 1, 100, 400]),
    run(2, seed, [4, null, 0, 400]),
    run(3, seed, [5, null, 0, 400]),
  ]);

test('only what does without the intra-class phase is trained, of the first seeds; only a whole run ends', async () => {
  const queue = new StageQueue(tasks(), trunksOnly(arms, [0, 1, 2], 2));
  expect(queue.batches).toBe(2 * (400 + 400));
  const trained: [number, number[], number[]][] = [];
  const never = new AbortController().signal;
  for (let job = await queue.next(never); job; job = await queue.next(never)) {
    trained.push([job.stage.stageId, job.runs.map(({ runId }) => runId), job.ending.map(({ runId }) => runId)]);
    queue.complete(job);
  }
  expect(trained).toEqual([
    [1, [0, 1], []],
    [5, [3], [3]],
    [2, [0], [0]],
    [11, [10, 11], []],
    [15, [13], [13]],
    [12, [10], [10]],
  ]);
});

test('"the first seeds" are those of the sweep, in its order', () => {
  const wanted = trunksOnly(arms, [7, 3, 5], 2);
  expect([7, 3, 5].map((seed) => wanted({ arm: 0, seed }, { to: 400 }))).toEqual([true, true, false]);
});
