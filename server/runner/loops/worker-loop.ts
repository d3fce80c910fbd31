import type { RunTask } from '../../store/training/identify-runs.ts';
import { runName } from '../../store/database/ids.ts';
import type { Machine } from '../../store/training/run-state.ts';
import type { Deliveries, Spent } from '../deliveries/deliveries.ts';
import { epsilonsOf, placesFor } from '../order/epsilons-of.ts';
import { hireWorker, type HiredWorker } from '../workers/hire-worker.ts';
import type { StageOrder } from '../workers/messages.ts';
import { Pace, progressOf } from '../order/pace.ts';
import type { StageJob, StageQueue } from '../order/stage-queue.ts';
import type { Settler } from './settler.ts';
import type { SweepWork } from '../train-sweep.ts';
import { WorkerError, type WorkerProcess } from '../workers/worker-process.ts';

/** A stage that fails is trained again this many times before its runs count as failed. */
const RETRIES = 2;

/** What all worker loops of a sweep have in common. */
export interface Shared {
  queue: StageQueue;
  pace: Pace;
  deliveries: Deliveries;
  settler: Settler;
  /** How many ε the stage of the sweep carries that carries most. */
  mostEpsilons: number;
}

/** One worker's place: takes the next stage, trains it, and gets a new process where the old one died. */
export class WorkerLoop {
  readonly #index: number;
  readonly #work: SweepWork;
  readonly #queue: StageQueue;
  readonly #pace: Pace;
  readonly #deliveries: Deliveries;
  readonly #settler: Settler;
  readonly #mostEpsilons: number;
  #worker: HiredWorker | null;
  #machine: Machine | null = null;
  #ownPace = new Pace(0);
  /**
   * The worker's last delivery is stored, and with it what came before. A worker need not wait for that before it goes
   * on with another stage.
   */
  #stored: Promise<void> = Promise.resolve();
  /** What this loop had settled is. */
  #settled: Promise<void> = Promise.resolve();
  /** Aborted where storing or settling has failed. */
  readonly #broken = new AbortController();

  /** @param worker its first process, null to start one @param shared by all worker loops */
  constructor(
    index: number,
    work: SweepWork,
    worker: HiredWorker | null,
    { queue, pace, deliveries, settler, mostEpsilons }: Shared,
  ) {
    this.#index = index;
    this.#work = work;
    this.#worker = worker;
    this.#queue = queue;
    this.#pace = pace;
    this.#deliveries = deliveries;
    this.#settler = settler;
    this.#mostEpsilons = mostEpsilons;
  }

  async run(): Promise<void> {
    const { stop, kill, tell } = this.#work;
    const broken = this.#broken.signal;
    const ended = AbortSignal.any([stop, kill, broken]);
    const onStop = (): void => this.#worker?.process.stop();
    const onKill = (): void => this.#worker?.process.kill();
    stop.addEventListener('abort', onStop);
    for (const signal of [kill, broken]) signal.addEventListener('abort', onKill);
    try {
      for (let job = await this.#queue.next(ended); job; job = await this.#queue.next(ended)) {
        tell({ kind: 'worker', worker: this.#index, training: null });
        if (this.#settler.isDue(job)) this.#settle(job);
        else await this.#train(job);
      }
      await this.#ended();
    } catch (error) {
      this.#worker?.process.kill();
      await this.#ended().catch(() => {}); // it needs the lease and the database, which go when this has ended
      throw error;
    } finally {
      await this.#worker?.process.end();
      stop.removeEventListener('abort', onStop);
      for (const signal of [kill, broken]) signal.removeEventListener('abort', onKill);
      tell({ kind: 'worker', worker: this.#index, training: null });
    }
  }

  /** Trains one stage until it is complete, diverged, stopped or has failed too often. */
  async #train(job: StageJob): Promise<void> {
    const { stop, kill, tell } = this.#work;
    const spent = { seconds: 0 };
    for (let failures = 0; ;) {
      try {
        return await this.#attempt(job, spent);
      } catch (error) {
        // Only what went wrong in the worker says something about the stage; anything else is this process's own
        // trouble.
        if (!(error instanceof WorkerError)) throw error;
        if (this.#broken.signal.aborted) return this.#ended(); // the worker was killed for that
        await this.#stored; // the next attempt continues from it
        if (kill.aborted) return this.#store(this.#deliveries.end(job, { state: 'waiting' }, spent));
        if (++failures > RETRIES)
          return this.#store(
            this.#deliveries.end(job, { state: 'failed', error: `${error.message} (tried ${failures} times)` }, spent),
          );
        tell({ kind: 'log', message: `${describe(job)} is tried again: ${error.message}` });
        if (stop.aborted) return this.#store(this.#deliveries.end(job, { state: 'waiting' }, spent));
      }
    }
  }

  async #attempt(job: StageJob, spent: Spent): Promise<void> {
    const { arms, folder, fingerprintOf, stop } = this.#work;
    const { from, to } = job.stage;
    const before = this.#stored;
    const worker = await this.#aliveWorker();
    const [first] = job.runs as [RunTask, ...RunTask[]];
    const arm = arms[first.arm]!;
    const start = await this.#deliveries.startOf(job, worker.holds);
    if (stop.aborted) return;

    // What the checkpoint and the stage's own batches do not cover is trained again without being recorded.
    let at = job.restores ? to : Math.max(from, start?.batch ?? 0);
    let shown = job.restores ? from : at;
    let splits = false;
    this.#ownPace = new Pace(to - shown);
    this.#ownPace.advance(0, performance.now());
    const { dataset } = arm.training;
    const epsilons = epsilonsOf(arm, job.stage);
    const order: StageOrder = {
      settings: arm,
      epsilons,
      places: placesFor(epsilons.length, this.#mostEpsilons),
      seed: first.seed,
      from: at,
      to,
      dataset,
      baseFolder: folder,
      fingerprint: fingerprintOf(dataset),
      start,
    };
    const training = worker.train(order, {
      onLoaded: (loaded) => {
        this.#store(this.#deliveries.begin(job, this.#index, this.#machine!, loaded));
        this.#show(job, shown);
      },
      onProgress: (batch) => {
        const trained = Math.max(0, batch - shown);
        this.#pace.advance(trained, performance.now());
        this.#ownPace.advance(trained, performance.now());
        shown += trained;
        this.#show(job, batch);
      },
      onSegment: (segment) => {
        const begin = at;
        at = segment.to;
        splits = segment.result?.outcome === 'split';
        this.#store(this.#deliveries.advance(job, begin, segment, spent));
      },
    });
    if (stop.aborted) worker.stop();
    await training.catch((error) => {
      this.#pace.advance((job.restores ? from : at) - shown, performance.now()); // what was not delivered is trained again
      throw error;
    });
    // While a stage is stored the next one is trained, unless which ones follow is known only then. One stage waits at
    // most.
    await (splits ? this.#stored : before);
  }

  #store(stored: Promise<void>): void {
    this.#stored = stored;
    stored.catch(() => this.#broken.abort()); // the error itself is met by whoever waits for what is stored
  }

  /** One stage after the other is settled: the last one speaks for those before it. */
  #settle(job: StageJob): void {
    this.#settled = this.#settler.settle(job, this.#index);
    this.#settled.catch(() => this.#broken.abort());
  }

  /** Nothing of this loop is under way any more. Fails with what went wrong. */
  async #ended(): Promise<void> {
    await Promise.allSettled([this.#stored, this.#settled]);
    await this.#settled;
    await this.#stored;
  }

  async #aliveWorker(): Promise<WorkerProcess> {
    if (this.#worker?.process.dead) void this.#worker.process.end();
    if (!this.#worker || this.#worker.process.dead) this.#worker = hireWorker(this.#work.engine, this.#work.device);
    const { process, opened } = this.#worker;
    try {
      this.#machine = await opened;
      return process;
    } catch (error) {
      process.kill();
      this.#worker = null; // the next attempt is another process's
      throw error;
    }
  }

  #show(job: StageJob, batch: number): void {
    const { arms, tell } = this.#work;
    const [first] = job.runs as [RunTask, ...RunTask[]];
    const { name, training } = arms[first.arm]!;
    tell({
      kind: 'worker',
      worker: this.#index,
      training: {
        run: runName(first.runId),
        arm: job.runs.length > 1 ? `trunk of ${job.runs.length} runs` : name,
        seed: first.seed,
        batch,
        batches: training.batches,
        batchesPerSecond: this.#ownPace.perSecond(),
      },
    });
    tell(progressOf(this.#pace));
  }
}

function describe({ runs, stage: { from, to } }: StageJob): string {
  const [first] = runs;
  return runs.length > 1 ? `Trunk [${from}, ${to}) of ${runs.length} runs` : runName(first!.runId);
}
