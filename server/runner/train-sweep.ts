import { setImmediate } from 'node:timers/promises';
import type { Arm } from '../sweep/arm.ts';
import type { RunTask } from '../store/training/identify-runs.ts';
import type { Lease } from '../store/database/lease.ts';
import type { Storage } from '../store/database/storage.ts';
import type { EngineName } from '../training/engine.ts';
import { Deliveries } from './deliveries/deliveries.ts';
import { mostEpsilonsOf } from './order/epsilons-of.ts';
import type { RunnerEvent } from './events.ts';
import type { HiredWorker } from './workers/hire-worker.ts';
import type { Fingerprints } from './identify.ts';
import { WorkerLoop } from './loops/worker-loop.ts';
import { Pace } from './order/pace.ts';
import { Settler } from './loops/settler.ts';
import { StageQueue } from './order/stage-queue.ts';
import { settleByTrunk } from './loops/take-from-trunk.ts';
import { noTrunk, trunkBeside, type TrunkBeside } from './order/trunk-beside.ts';
import type { Wanted } from './order/trunks-only.ts';

export interface SweepWork {
  storage: Storage;
  lease: Lease;
  arms: Arm[];
  /** In the order in which they are to be trained; those that are done are left alone. */
  tasks: RunTask[];
  /** Which of their stages. */
  wanted: Wanted;
  /** False: every run is trained by itself. */
  share: boolean;
  engine: EngineName;
  /** Of the engine, as the user names it. */
  device: string | null;
  workers: number;
  /** Those that were started already, at most as many. */
  hired: HiredWorker[];
  /** Where the data sets' relative paths start. */
  folder: string;
  fingerprintOf: Fingerprints;
  gitCommit: string | null;
  tell: (event: RunnerEvent) => void;
  /** Aborted: no new stage begins and those in training end with a checkpoint. */
  stop: AbortSignal;
  /** Aborted: the workers are killed; what they have not committed is trained again another time. */
  kill: AbortSignal;
}

/**
 * Trains the stages of a sweep's runs that are not done yet: what runs share once, each worker one stage after the
 * other. A stage that diverges or fails takes only the runs with it that need it; a worker that dies is replaced and
 * its stage is continued from its last checkpoint.
 *
 * @returns batches trained, and those that were taken from trunks instead
 */
export async function trainSweep(work: SweepWork): Promise<{ trained: number; taken: number }> {
  const beside = work.share ? trunkBeside(work.arms, work.tasks) : noTrunk;
  const takenBefore = await settleWhatIsThere(work, beside);
  const queue = new StageQueue(work.tasks, work.wanted, beside, work.workers);
  const pace = new Pace(queue.batches);
  const size = Math.min(work.workers, queue.size);
  for (const { process } of work.hired.slice(size)) process.kill();
  const broken = new AbortController();
  const ownTrouble = { ...work, kill: AbortSignal.any([work.kill, broken.signal]) };
  const deliveries = new Deliveries(ownTrouble, queue, pace);
  const shared = {
    queue,
    pace,
    deliveries,
    settler: new Settler(ownTrouble, queue, deliveries, beside),
    mostEpsilons: mostEpsilonsOf(work.arms, work.tasks),
  };
  const loops = Array.from({ length: size }, async (_, index) => {
    try {
      await new WorkerLoop(index, ownTrouble, work.hired[index] ?? null, shared).run();
    } catch (error) {
      broken.abort(); // a full disk or a lost lease is met by all of them
      throw error;
    }
  });
  const failure = (await Promise.allSettled(loops)).find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return { trained: pace.done, taken: takenBefore + deliveries.taken };
}

/**
 * Settles what trunks that are trained already tell, before anything is trained: what leads to a stage whose rest is
 * taken need not be trained once more, though its state is not kept. So what is left to train is laid out anew
 * afterwards.
 *
 * @returns batches taken
 */
async function settleWhatIsThere(work: SweepWork, beside: TrunkBeside): Promise<number> {
  if (!work.tasks.some(({ stages }) => stages.some(({ batch, to }) => batch === to))) return 0; // of a new sweep nothing is trained
  const queue = new StageQueue(work.tasks, work.wanted, beside);
  const deliveries = new Deliveries(work, queue, new Pace(queue.batches));
  for (const job of queue.jobs) {
    await setImmediate(); // a stop, a cancellation and the lease's heartbeat have their turn
    if (work.stop.aborted || work.kill.aborted) break;
    await settleByTrunk(work, deliveries, beside, job, 0);
  }
  return deliveries.taken;
}
