import { expect, test } from 'vitest';
import { noAudits, type Audit } from '../../server/runner/audits/auditing.ts';
import { LocalSeat } from '../../server/runner/workers/local-seating.ts';
import { WorkerLoop, type Shared } from '../../server/runner/loops/worker-loop.ts';
import { Pace } from '../../server/runner/order/pace.ts';
import { Logs } from '../../server/runner/logs/logs.ts';
import { NO_GPU } from '../../server/runner/usage/gpu-meter.ts';
import { StageQueue, type StageJob } from '../../server/runner/order/stage-queue.ts';
import type { RunnerEvent } from '../../server/runner/events.ts';
import { unmeasuredClass } from '../../server/runner/workers/bit-class.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { LeaseLostError } from '../../server/store/database/lease.ts';
import type { RunTask } from '../../server/store/training/identify-runs.ts';
import { OutsideError } from '../../server/sweep/user-error.ts';
import { makePlan, newStorage } from '../store/support.ts';
import type { StageOrder } from '../../server/runner/workers/messages.ts';

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

const nothing = async (): Promise<void> => {};

/** Somebody who is there, and trains nothing. */
const idle: Trainer = {
  opened: Promise.resolve({ device: '', versions: {} }),
  sign: async () => [],
  pid: null,
  dead: false,
  holds: () => false,
  stop: () => {},
  kill: () => {},
  end: nothing,
  train: nothing,
};

/** The loop of a worker. @param more what its loops have in common */
async function loopOf(worker: Trainer, more: Partial<Shared>): Promise<{ loop: WorkerLoop; said: string[] }> {
  const said: string[] = [];
  const work = {
    storage: await newStorage(),
    lease: { token: 1 },
    metric: 'val/accuracy',
    engine: 'wasm' as const,
    logs: Logs.none(),
    stopping: never,
    killing: never,
    tell: (event: RunnerEvent) => void (event.kind === 'log' && said.push(event.message)),
    folder: '',
    temporaries: 'sweep.checkpoint',
    fingerprintOf: () => '',
    weightsOf: () => null,
    arms: makePlan([{ beta: 0.1, N: 0, epsilon: 0.1 }], [1]).arms,
  };
  const hire = (): Trainer => {
    throw new Error('nobody has to be hired');
  };
  const seat = new LocalSeat(0, unmeasuredClass('wasm', await worker.opened), worker, hire);
  const shared = {
    queue: new StageQueue([]),
    pace: new Pace(200),
    deliveries: { startOf: async () => null, begin: nothing, advance: nothing, end: nothing },
    settler: { isDue: () => false, settle: nothing },
    mostEpsilons: 1,
    card: { open: () => NO_GPU },
    audits: noAudits(never),
    lost: new Map(),
    failed: new Map(),
    ...more,
  };
  return { loop: new WorkerLoop(seat, work, shared), said };
}

test.each([
  [new OutsideError('ENOSPC'), ['ENOSPC'], null],
  [new LeaseLostError(), [], /another process has taken over/],
])('an audit that fails with %s ends the sweep only where all would meet that', async (error, givenBack, broken) => {
  const whys: string[] = [];
  const audit: Audit = { stage: 'g1', train: () => Promise.reject(error) };
  const left = [audit];
  const audits = {
    watch: () => () => {},
    next: async () => left.shift() ?? null,
    giveBack: (_: Audit, why: string) => void whys.push(why),
  };
  const { loop } = await loopOf(idle, { audits });
  if (broken === null) await loop.run();
  else await expect(loop.run()).rejects.toThrow(broken);
  expect(whys).toEqual(givenBack);
});

test('what goes wrong while a stage is settled ends the worker loop with it, though it trains another stage meanwhile', async () => {
  const queue = new StageQueue([task(1), task(2)]);
  let settling: (error: Error) => void = () => {};
  let dies: (error: Error) => void = () => {};
  const ordered: [number[], number][] = [];
  const settler = {
    isDue: ({ stage }: StageJob) => stage.stageId === 1,
    settle: () => new Promise<void>((_, reject) => (settling = reject)),
  };
  const worker: Trainer = {
    ...idle,
    kill: () => dies(new WorkerError('it was killed')),
    train: (order, { onLoaded }) =>
      new Promise<void>((_, reject) => {
        const { epsilons, places } = order as StageOrder;
        ordered.push([epsilons, places]);
        dies = reject;
        onLoaded({ classes: [], evaluated: { val: 1, test: 0 } });
        settling(new Error('EIO: i/o error, read'));
      }),
  };
  const { loop, said } = await loopOf(worker, { queue, settler, mostEpsilons: 3 });
  await expect(loop.run()).rejects.toThrow('EIO: i/o error, read');
  expect(said).toEqual([]); // no stage is tried again
  expect(ordered).toEqual([[[0.1, 0.2], 3]]); // with the step of the stages that carry most
});
