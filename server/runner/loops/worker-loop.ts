import type { BitClass } from '../../store/training/same-bits.ts';
import { runName } from '../../store/database/ids.ts';
import type { RunTask } from '../../store/training/identify-runs.ts';
import type { Machine, RunOutcome } from '../../store/training/run-state.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { Auditing } from '../audits/auditing.ts';
import { BYTES_UP_TO } from '../checkpoints/sent-checkpoint.ts';
import type { Deliveries, Spent } from '../deliveries/deliveries.ts';
import { epsilonsOf, placesFor } from '../order/epsilons-of.ts';
import type { StageLog } from '../logs/stage-log.ts';
import type { Pace } from '../order/pace.ts';
import type { StageJob, StageQueue } from '../order/stage-queue.ts';
import type { SweepWork } from '../sweep-work.ts';
import { NO_GPU } from '../usage/gpu-meter.ts';
import type { CardWatch } from '../usage/watch-card.ts';
import type { ProgramOrder, StageOrder, Start } from '../workers/messages.ts';
import { programOrder } from '../order/program-order.ts';
import { isProgram, ownTraining } from '../../sweep/settings.ts';
import type { Seat } from '../workers/seat.ts';
import { isEverybodys } from '../workers/is-everybodys.ts';
import { WorkerError, WorkerLost, type Trainer } from '../workers/trainer.ts';
import { Backlog } from './backlog.ts';
import type { Settler } from './settler.ts';
import { StageProgress } from './stage-progress.ts';

/** A stage that fails is trained again this many times before its runs count as failed. */
const RETRIES = 2;

/** So many times a stage may lose whoever was to train it, which says nothing against the stage. */
const MOST_LOST = 20;

type Work = Pick<
  SweepWork,
  | 'storage'
  | 'lease'
  | 'arms'
  | 'metric'
  | 'engine'
  | 'folder'
  | 'temporaries'
  | 'fingerprintOf'
  | 'weightsOf'
  | 'logs'
  | 'stopping'
  | 'killing'
  | 'tell'
>;

/** What all worker loops of a sweep have in common. */
export interface Shared {
  queue: Pick<StageQueue, 'next' | 'giveBack'>;
  pace: Pace;
  deliveries: Pick<Deliveries, 'startOf' | 'begin' | 'advance' | 'end'>;
  settler: Pick<Settler, 'isDue' | 'settle'>;
  /** The largest number of ε that any stage of the sweep carries. */
  mostEpsilons: number;
  /** By stage: how many of those who were to train it are gone. */
  lost: Map<number, number>;
  /** By stage: how often it has failed. */
  failed: Map<number, number>;
  audits: Pick<Auditing, 'watch' | 'next' | 'giveBack'>;
  /** What is known of the graphics card that the workers train on. */
  card: Pick<CardWatch, 'open'>;
}

/**
 * What is done in a seat: takes the next stage and has it trained, by somebody else where a worker died. What is
 * delivered is stored while the worker goes on with the next stage.
 */
export class WorkerLoop {
  readonly #seat: Seat;
  readonly #index: number;
  readonly #work: Work;
  readonly #shared: Shared;
  readonly #storing = new Backlog();
  readonly #settling = new Backlog();
  /** Storing or settling has failed. */
  readonly #failed = AbortSignal.any([this.#storing.failed, this.#settling.failed]);

  constructor(seat: Seat, work: Work, shared: Shared) {
    this.#seat = seat;
    this.#index = seat.index;
    this.#work = work;
    this.#shared = shared;
  }

  async run(): Promise<void> {
    const { queue, settler } = this.#shared;
    const ended = AbortSignal.any([this.#work.stopping, this.#work.killing, this.#failed]);
    const letGo = this.#obeySignals();
    try {
      for (;;) {
        const bits = await this.#seat.ready(ended);
        if (!bits) break;
        const { gone } = this.#seat;
        const job = await queue.next(AbortSignal.any([ended, gone]), bits);
        if (!job && gone.aborted) continue;
        if (!job && (await this.#audit(bits, AbortSignal.any([ended, gone])))) continue;
        if (!job) break;
        this.#showIdle();
        // A stage whose trunk may have trained it already is settled beside the training; what is left of it comes
        // back.
        if (settler.isDue(job)) this.#settling.add(settler.settle(job, this.#index));
        else await this.#train(job, bits);
      }
      await this.#idle();
    } catch (error) {
      this.#seat.taken?.kill();
      await this.#idle().catch(() => {}); // it needs the lease and the database, which go when this has ended
      throw error;
    } finally {
      await this.#seat.leave();
      letGo();
      this.#showIdle();
    }
  }

  /** Nothing is left to train: trains a stage again that another machine has trained. @returns whether there was one */
  async #audit(bits: BitClass, ended: AbortSignal): Promise<boolean> {
    const { audits } = this.#shared;
    const { whose, gone } = this.#seat;
    this.#showIdle();
    const audit = await audits.next(bits, whose, ended);
    if (audit === null) return gone.aborted && !this.#work.stopping.aborted;
    try {
      const worker = this.#seat.trainer();
      await this.#opened(worker);
      await audit.train(worker, whose!, this.#work.stopping);
    } catch (error) {
      // Whatever is wrong with an audit, a full disk of its temporary files maybe, the sweep itself is trained.
      if (!(error instanceof WorkerError) && isEverybodys(error)) throw error;
      audits.giveBack(audit, (error as Error).message);
    }
    return true;
  }

  /** Trains one stage until it is complete, diverged, stopped or has failed too often. */
  async #train(job: StageJob, bits: BitClass): Promise<void> {
    const { stopping, killing, tell } = this.#work;
    const spent = { seconds: 0 };
    for (;;) {
      try {
        return await this.#attempt(job, bits, spent);
      } catch (error) {
        // Only what went wrong in the worker says something about the stage; anything else is this process's own
        // trouble.
        if (!(error instanceof WorkerError)) throw error;
        if (this.#failed.aborted) return this.#idle(); // the worker was killed for that
        await this.#storing.idle(); // the next attempt continues from it
        if (killing.aborted) return this.#end(job, { state: 'waiting' }, spent);
        if (stopping.aborted) {
          tell({ kind: 'log', message: `${describe(job)} stops where it was stored last: ${error.message}` });
          return this.#end(job, { state: 'waiting' }, spent);
        }
        if (error instanceof WorkerLost && count(job, this.#shared.lost) <= MOST_LOST) {
          tell({ kind: 'log', message: `${describe(job)} is given to somebody else: ${error.message}` });
          return this.#shared.queue.giveBack(job);
        }
        const failures = count(job, this.#shared.failed);
        if (failures > RETRIES)
          return this.#end(job, { state: 'failed', error: `${error.message} (tried ${failures} times)` }, spent);
        tell({ kind: 'log', message: `${describe(job)} is tried again: ${error.message}` });
        // Where others may sit in other seats already, it is tried by whoever comes first.
        if (this.#seat.gone.aborted) return this.#shared.queue.giveBack(job);
      }
    }
  }

  async #attempt(job: StageJob, bits: BitClass, spent: Spent): Promise<void> {
    const { stopping } = this.#work;
    const { queue, deliveries, pace, card, audits } = this.#shared;
    const { from, to } = job.stage;
    const before = this.#storing.idle();
    const worker = this.#seat.trainer();
    const machine = await this.#opened(worker);
    const start = await deliveries.startOf(job, (hash) => worker.holds(hash));
    if (stopping.aborted) return;

    // What the checkpoint and the stage's own batches do not cover is trained again without being recorded.
    let at = job.restores ? to : Math.max(from, start?.batch ?? 0);
    const progress = new StageProgress(this.#work, pace, job, job.restores ? from : at, this.#index);
    let result: FitResult | null = null;
    let gpu = NO_GPU;
    const log = this.#beginLog(job, worker, machine, start, at);
    const order = this.#toOrder(job, start, at);
    const witness = audits.watch(job, order, bits, this.#seat.whose);
    const training = worker.train(order, {
      onOutput: log.quote,
      onLoaded: (loaded) => {
        gpu = card.open(machine.device);
        this.#storing.add(deliveries.begin(job, { worker: this.#index, machine, loaded, bits }));
        progress.begin();
      },
      onProgress: (batch) => progress.reach(batch),
      onSegment: (segment) => {
        log.segment(segment);
        witness(segment);
        const stored = deliveries.advance(job, at, { ...segment, gpu: gpu.take() }, spent);
        this.#storing.add(stored);
        at = segment.to;
        result = segment.result;
        return stored;
      },
    });
    if (stopping.aborted) worker.stop();
    await training
      .catch((error: Error) => {
        log.fail(error.message);
        progress.fallBackTo(job.restores ? from : at);
        throw error;
      })
      .finally(() => gpu.end());
    log.complete(result!);
    // Whoever trained it was told to end, and not this process: somebody else goes on.
    if (result!.outcome === 'stopped' && !stopping.aborted) {
      await this.#storing.idle();
      return queue.giveBack(job);
    }
    // While a stage is stored the next one is trained, unless it is known only then which ones follow. One stage waits
    // at most.
    await (result!.outcome === 'split' ? this.#storing.idle() : before);
  }

  /** Where nobody opens in this seat any more, that says nothing against the stage. */
  async #opened({ opened }: Trainer): Promise<Machine> {
    try {
      return await opened;
    } catch (error) {
      throw this.#seat.gone.aborted ? new WorkerLost((error as Error).message) : error;
    }
  }

  #beginLog({ stage }: StageJob, { pid }: Trainer, { device }: Machine, start: Start | null, from: number): StageLog {
    const { lease, engine, metric, logs } = this.#work;
    const attempt = { stageId: stage.stageId, from, to: stage.to, worker: this.#index, token: lease.token };
    return logs.attempt({ ...attempt, pid, engine, device, start }, metric);
  }

  #toOrder({ runs, stage }: StageJob, start: Start | null, from: number): StageOrder | ProgramOrder {
    const { storage, arms, folder, temporaries, fingerprintOf, weightsOf } = this.#work;
    const [{ arm: index, seed }] = runs as [RunTask, ...RunTask[]];
    const arm = arms[index]!;
    const checkpoints = { folder: storage.checkpointFolder, name: temporaries, bytesUpTo: BYTES_UP_TO };
    const any = { stageId: stage.stageId, seed, from, to: stage.to, start, checkpoints };
    if (isProgram(arm.training)) return { ...any, ...programOrder({ ...arm, training: arm.training }, stage, seed) };
    const training = ownTraining(arm.training);
    const epsilons = epsilonsOf(arm, stage);
    return {
      ...any,
      settings: { ...arm, training },
      epsilons,
      places: placesFor(epsilons.length, this.#shared.mostEpsilons),
      dataset: training.dataset,
      baseFolder: folder,
      fingerprint: fingerprintOf(training),
      weights: weightsOf(training),
    };
  }

  /** The stage ends without a segment. */
  #end(job: StageJob, outcome: RunOutcome, spent: Spent): void {
    this.#storing.add(this.#shared.deliveries.end(job, outcome, spent));
  }

  /** Nothing of this loop is under way any more. Fails with what went wrong. */
  async #idle(): Promise<void> {
    await Promise.allSettled([this.#storing.idle(), this.#settling.idle()]);
    await this.#settling.idle();
    await this.#storing.idle();
  }

  /** @returns what makes the worker obey no longer */
  #obeySignals(): () => void {
    const { stopping, killing } = this.#work;
    const onStop = (): void => this.#seat.taken?.stop();
    const onKill = (): void => this.#seat.taken?.kill();
    stopping.addEventListener('abort', onStop);
    for (const signal of [killing, this.#failed]) signal.addEventListener('abort', onKill);
    return () => {
      stopping.removeEventListener('abort', onStop);
      for (const signal of [killing, this.#failed]) signal.removeEventListener('abort', onKill);
    };
  }

  #showIdle(): void {
    this.#work.tell({ kind: 'worker', worker: this.#index, training: null });
  }
}

/** Counts what has happened to a stage, whoever was to train it. */
function count({ stage: { stageId } }: StageJob, counts: Map<number, number>): number {
  const more = (counts.get(stageId) ?? 0) + 1;
  counts.set(stageId, more);
  return more;
}

function describe({ runs, stage: { from, to } }: StageJob): string {
  const [first] = runs;
  return runs.length > 1 ? `Trunk [${from}, ${to}) of ${runs.length} runs` : runName(first!.runId);
}
