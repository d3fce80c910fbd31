import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noAudits } from '../../server/runner/audits/auditing.ts';
import { LocalSeat } from '../../server/runner/workers/local-seating.ts';
import { WorkerLoop, type Shared } from '../../server/runner/loops/worker-loop.ts';
import { Logs } from '../../server/runner/logs/logs.ts';
import { Pace } from '../../server/runner/order/pace.ts';
import { StageQueue } from '../../server/runner/order/stage-queue.ts';
import { NO_GPU } from '../../server/runner/usage/gpu-meter.ts';
import { Patience } from '../../server/runner/patience.ts';
import { unmeasuredClass } from '../../server/runner/workers/bit-class.ts';
import { WorkerError, type Trainer } from '../../server/runner/workers/trainer.ts';
import { onEngine } from '../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { queueSweep } from '../../server/store/sweeps/queue-sweep.ts';
import { MOST_QUEUED } from '../../server/store/sweeps/refuse-full-queue.ts';
import type { RunTask } from '../../server/store/training/identify-runs.ts';
import { inProcess } from '../helpers/in-process.ts';
import { makePlan, request } from '../store/support.ts';
import type { LimitCase } from './limit-case.ts';

export const runnerLimits: LimitCase[] = [
  { what: 'queue: sweeps that wait for their turn', error: () => withStorage(queueOneTooMany) },
  {
    what: 'run: processes that train (`--workers`)',
    error: async () => (await inProcess(['run', 'x.json', '--workers', '1025'], tmpdir())).stderr,
  },
  {
    what: 'run: seconds in which a worker gives no sign of life (`COSWEEP_WATCHDOG`), or ten times as long as one has been silent before',
    error: hang,
  },
  { what: 'run: tries of a stage whose worker dies', error: () => withStorage(dieEachTime) },
];

async function withStorage(body: (storage: Storage) => Promise<string> | string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-limits-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  try {
    return await body(storage);
  } finally {
    await storage.close();
    rmSync(folder, { recursive: true });
  }
}

function queueOneTooMany(storage: Storage): string {
  const plan = makePlan([{ beta: 0 }], [1], 'one too many');
  try {
    for (let i = 0; i <= MOST_QUEUED; i++) queueSweep(storage, request(plan, { definitionPath: null }));
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

async function hang(): Promise<string> {
  const patience = new Patience();
  patience.with = () => 10; // shorter than any engine takes to open
  return new WorkerProcess(onEngine('wasm'), patience).opened.then(
    () => 'nothing',
    (error: Error) => error.message,
  );
}

/** A stage that its workers do not survive. */
async function dieEachTime(storage: Storage): Promise<string> {
  const never = new AbortController().signal;
  const stage = { stageId: 1, parentId: null, edition: 0, from: 0, to: 9, batch: 0, kept: true };
  const task: RunTask = {
    ...{ runId: 1, arm: 0, seed: 1, state: 'waiting', reused: false, attempts: 0 },
    stages: [{ ...stage, members: [{ runId: 1, epsilon: 0.1 }] }],
  };
  let reason = 'nothing';
  const nothing = async (): Promise<void> => {};
  const queue = new StageQueue([task]);
  const deliveries: Shared['deliveries'] = {
    ...{ startOf: async () => null, begin: nothing, advance: nothing },
    end: async (job, outcome) => {
      queue.drop(job);
      reason = outcome.state === 'failed' ? outcome.error : outcome.state;
    },
  };
  const worker: Trainer = {
    ...{ opened: Promise.resolve({ device: '', versions: {} }), dead: false, holds: () => false },
    ...{ stop: () => {}, kill: () => {}, end: nothing, pid: null },
    sign: async () => [],
    train: () => Promise.reject(new WorkerError('Worker process 1 ended while training (killed by SIGKILL)')),
  };
  const work = {
    ...{
      storage,
      stopping: never,
      killing: never,
      tell: () => {},
      folder: '',
      temporaries: '',
      fingerprintOf: () => '',
      weightsOf: () => null,
    },
    ...{ lease: { token: 1 }, metric: 'val/accuracy', engine: 'wasm' as const, logs: Logs.none() },
    arms: makePlan([{ beta: 0.1, N: 0, epsilon: 0.1 }], [1]).arms,
  };
  const settler = { isDue: () => false, settle: nothing };
  const shared = {
    queue,
    pace: new Pace(9),
    deliveries,
    settler,
    card: { open: () => NO_GPU },
    audits: noAudits(never),
    lost: new Map(),
    failed: new Map(),
    mostEpsilons: 1,
  };
  const seat = new LocalSeat(0, unmeasuredClass('wasm', await worker.opened), worker, () => worker);
  await new WorkerLoop(seat, work, shared).run();
  return reason;
}
