import { expect, test } from 'vitest';
import type { Deliveries } from '../../server/runner/deliveries/deliveries.ts';
import { WorkerLoop } from '../../server/runner/loops/worker-loop.ts';
import { Pace } from '../../server/runner/order/pace.ts';
import type { Settler } from '../../server/runner/loops/settler.ts';
import { StageQueue } from '../../server/runner/order/stage-queue.ts';
import type { SweepWork } from '../../server/runner/train-sweep.ts';
import { WorkerError, type StageCallbacks, type WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import type { RunTask } from '../../server/store/training/identify-runs.ts';

const never = new AbortController().signal;

function task(runId: number): RunTask {
  const stage = {
    stageId: runId,
    parentId: null,
    edition: 0,
    from: 0,
    to: 100,
    batch: 0,
    kept: true,
    members: [
      { runId, epsilon: 0.1 },
      { runId: 3, epsilon: 0.2 },
    ],
  };
  return { runId, arm: 0, seed: 1, state: 'waiting', reused: false, attempts: 0, stages: [stage] };
}

test('what goes wrong while a stage is settled ends the worker loop with it, though it trains another stage meanwhile', async () => {
  const queue = new StageQueue([task(1), task(2)]);
  let settling: (error: Error) => void = () => {};
  let dies: (error: Error) => void = () => {};
  const said: string[] = [];
  const ordered: [number[], number][] = [];
  const settler = {
    isDue: ({ stage }) => stage.stageId === 1,
    settle: () => new Promise((_, reject) => (settling = reject)),
  } as Partial<Settler>;
  const deliveries = { startOf: async () => null, begin: async () => {}, end: async () => {} } as Partial<Deliveries>;
  const process = {
    dead: false,
    holds: null,
    stop: () => {},
    end: async () => {},
    kill: () => dies(new WorkerError('it was killed')),
    train: ({ epsilons, places }, { onLoaded }: StageCallbacks) =>
      new Promise<void>((_, reject) => {
        ordered.push([epsilons, places]);
        dies = reject;
        onLoaded({ classes: [], evaluated: { val: 1, test: 0 } });
        settling(new Error('EIO: i/o error, read'));
      }),
  } as Partial<WorkerProcess>;
  const work = {
    stop: never,
    kill: never,
    tell: (event) => void (event.kind === 'log' && said.push(event.message)),
    folder: '',
    fingerprintOf: () => '',
    arms: [{ name: 'a', beta: 0.1, N: 0, epsilon: 0.1, training: { batches: 100, dataset: {} } }],
  } as Partial<Record<keyof SweepWork, unknown>> & Pick<SweepWork, 'tell'>;
  const loop = new WorkerLoop(
    0,
    work as unknown as SweepWork,
    { process: process as WorkerProcess, opened: Promise.resolve({ device: '', versions: {} }) },
    { queue, pace: new Pace(200), deliveries: deliveries as Deliveries, settler: settler as Settler, mostEpsilons: 3 },
  );
  await expect(loop.run()).rejects.toThrow('EIO: i/o error, read');
  expect(said).toEqual([]); // no stage is tried again
  expect(ordered).toEqual([[[0.1, 0.2], 3]]); // with the step of the stages that carry most
});
