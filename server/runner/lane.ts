import { readPaths, type RunTask } from '../store/identify-runs.ts';
import { runName } from '../store/ids.ts';
import { finishRun, startRun, type RunOutcome } from '../store/run-state.ts';
import { artefactsOf, configurationOf, outcomesOf } from './records.ts';
import { commitSegment } from '../store/commit-segment.ts';
import { checkpointFiles } from '../store/rewind-stage.ts';
import { removeCheckpoint, writeCheckpoint } from './checkpoint-files.ts';
import { hireWorker, type HiredWorker } from './hire-worker.ts';
import type { Loaded, SegmentReport } from './messages.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { Pace } from './pace.ts';
import { epsilonsOf } from './epsilons-of.ts';
import { findStart } from './find-start.ts';
import type { StageJob, StageQueue } from './stage-queue.ts';
import type { SweepWork } from './train-sweep.ts';
import { WorkerError, type Machine, type WorkerProcess } from './worker-process.ts';

/** A stage that fails is trained again this many times before its runs count as failed. */
const RETRIES = 2;

/** What a stage has cost so far. */
interface Spent {
  seconds: number;
}

/** What all lanes of a sweep have in common. */
export interface Shared {
  queue: StageQueue;
  pace: Pace;
  /** Equal states are one file: one lane's may not be deleted as replaced while another one is about to refer to it. */
  storing: OneAtATime;
}

/** One worker's place: takes the next stage, trains it, and gets a new process where the old one died. */
export class Lane {
  readonly #index: number;
  readonly #work: SweepWork;
  readonly #queue: StageQueue;
  readonly #pace: Pace;
  readonly #storing: OneAtATime;
  #worker: HiredWorker | null;
  #machine: Machine | null = null;
  #ownPace = new Pace(0);
  /** Everything that the worker has delivered so far is stored. A worker need not wait for that before it goes on with another stage. */
  #stored: Promise<void> = Promise.resolve();
  /** Aborted where storing has failed. */
  readonly #broken = new AbortController();

  /** @param worker its first process, null to start one @param shared by all lanes */
  constructor(index: number, work: SweepWork, worker: HiredWorker | null, { queue, pace, storing }: Shared) {
    this.#index = index;
    this.#work = work;
    this.#worker = worker;
    this.#queue = queue;
    this.#pace = pace;
    this.#storing = storing;
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
        await this.#train(job);
      }
      await this.#stored;
    } catch (error) {
      this.#worker?.process.kill();
      await this.#stored.catch(() => {}); // it needs the lease and the database, which go when this has ended
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
    for (let failures = 0; ; ) {
      try {
        return await this.#attempt(job, spent);
      } catch (error) {
        // Only what went wrong in the worker says something about the stage; anything else is this process's own trouble.
        if (!(error instanceof WorkerError)) throw error;
        await this.#stored; // the next attempt continues from it
        if (kill.aborted) return this.#end(job, { state: 'waiting' }, spent);
        if (++failures > RETRIES) return this.#end(job, { state: 'failed', error: `${error.message} (tried ${failures} times)` }, spent);
        tell({ kind: 'log', message: `${describe(job)} is tried again: ${error.message}` });
        if (stop.aborted) return this.#end(job, { state: 'waiting' }, spent);
      }
    }
  }

  async #attempt(job: StageJob, spent: Spent): Promise<void> {
    const { storage, lease, arms, folder, stop, tell } = this.#work;
    const { from, to } = job.stage;
    const before = this.#stored;
    const worker = await this.#aliveWorker();
    const [first] = job.runs as [RunTask, ...RunTask[]];
    const arm = arms[first.arm]!;
    const start = await findStart(storage, lease, first.stages, job, (message) => tell({ kind: 'log', message }));
    if (stop.aborted) return;

    // What the checkpoint and the stage's own batches do not cover is trained again without being recorded.
    let at = job.restores ? to : Math.max(from, start?.batch ?? 0);
    let shown = job.restores ? from : at;
    let splits = false;
    this.#ownPace = new Pace(to - shown);
    this.#ownPace.advance(0, performance.now());
    const order = { settings: arm, epsilons: epsilonsOf(arm, job.stage), seed: first.seed, from: at, to, dataset: arm.training.dataset, baseFolder: folder, start: start?.bytes ?? null };
    const training = worker.train(order, {
      onLoaded: (loaded) => {
        this.#begin(job, loaded);
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
        this.#stored = this.#stored.then(() => this.#storing.run(() => this.#commit(job, begin, segment, spent)));
        this.#stored.catch(() => this.#broken.abort()); // the error itself is met by whoever waits for what is stored
      },
    });
    if (stop.aborted) worker.stop();
    await training.catch((error) => {
      this.#pace.advance((job.restores ? from : at) - shown, performance.now()); // what was not delivered is trained again
      throw error;
    });
    // While a stage is stored the next one is trained, unless it may be one that follows it: the critical path goes first.
    await (splits || this.#queue.isFollowed(job) ? this.#stored : before);
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

  #begin({ runs }: StageJob, { classes, evaluated }: Loaded): void {
    const { storage, lease, arms, gitCommit } = this.#work;
    const { device, versions } = this.#machine!;
    for (const { runId, arm } of runs) {
      startRun(storage, lease, runId, { worker: this.#index, device, versions, gitCommit, configuration: configurationOf(arms[arm]!), classes, evaluated });
    }
  }

  async #commit(job: StageJob, from: number, segment: SegmentReport, spent: Spent): Promise<void> {
    const { storage, lease } = this.#work;
    const ends = segment.result ? outcomesOf(job, this.#work.arms[job.runs[0]!.arm]!, segment.result) : [];
    const checkpoint = segment.checkpoint && (await writeCheckpoint(storage.checkpointFolder, segment.checkpoint));
    const replaced = commitSegment(storage, lease, {
      stageId: job.stage.stageId,
      from,
      to: segment.to,
      columns: segment.points,
      artefacts: artefactsOf(segment.evaluations),
      checkpoint,
      seconds: segment.seconds,
      ends,
      ...(segment.result?.groups ? { split: segment.result.groups } : {}),
    });
    job.stage.batch = segment.to;
    const wanted = replaced.length > 0 ? checkpointFiles(storage) : new Set();
    for (const file of replaced) if (!wanted.has(file)) await removeCheckpoint(storage.checkpointFolder, file);
    spent.seconds += segment.seconds.training + segment.seconds.evaluation;
    for (const { runId, outcome } of ends) this.#settle(job, runId, outcome, spent);
    if (segment.result?.outcome === 'complete') this.#queue.complete(job);
    if (segment.result?.outcome === 'diverged') this.#queue.drop(job);
    if (segment.result?.outcome === 'split') this.#pace.grow(this.#queue.split(job, readPaths(storage, job.runs.map(({ runId }) => runId))));
  }

  /** The stage ends without a segment. */
  #end(job: StageJob, outcome: RunOutcome, spent: Spent): void {
    const { storage, lease } = this.#work;
    for (const { runId } of job.runs) {
      finishRun(storage, lease, runId, outcome);
      this.#settle(job, runId, outcome, spent);
    }
    this.#queue.drop(job);
  }

  #settle(job: StageJob, runId: number, outcome: RunOutcome, { seconds }: Spent): void {
    const task = job.runs.find((run) => run.runId === runId);
    if (!task) return; // of another sweep, which will find it done
    task.state = outcome.state;
    if (outcome.state === 'waiting') return;
    const error = outcome.state === 'failed' ? outcome.error : outcome.state === 'diverged' ? `the total was not finite at batch ${outcome.batch}` : null;
    const arm = this.#work.arms[task.arm]!;
    this.#work.tell({ kind: 'run', run: runName(runId), arm: arm.name, seed: task.seed, state: outcome.state, batches: job.stage.batch, seconds, error });
  }

  #show(job: StageJob, batch: number): void {
    const { arms, tell } = this.#work;
    const [first] = job.runs as [RunTask, ...RunTask[]];
    const { name, training } = arms[first.arm]!;
    tell({
      kind: 'worker',
      worker: this.#index,
      training: {
        run: runName(first.runId), arm: job.runs.length > 1 ? `trunk of ${job.runs.length} runs` : name, seed: first.seed,
        batch, batches: training.batches, batchesPerSecond: this.#ownPace.perSecond(),
      },
    });
    tell({ kind: 'progress', batches: this.#pace.done, of: this.#pace.total, secondsLeft: this.#pace.secondsLeft() });
  }
}

function describe({ runs, stage: { from, to } }: StageJob): string {
  const [first] = runs;
  return runs.length > 1 ? `Trunk [${from}, ${to}) of ${runs.length} runs` : runName(first!.runId);
}
