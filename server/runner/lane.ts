import { readPaths, type RunTask } from '../store/identify-runs.ts';
import { runName } from '../store/ids.ts';
import { finishRun, startRun, type RunOutcome } from '../store/run-state.ts';
import { artefactsOf, configurationOf, outcomesOf } from './records.ts';
import { commitSegment } from '../store/commit-segment.ts';
import { checkpointFiles } from '../store/rewind-stage.ts';
import { removeCheckpoint, writeCheckpoint } from './checkpoint-files.ts';
import type { Loaded, SegmentReport } from './messages.ts';
import { Pace } from './pace.ts';
import { epsilonsOf } from './epsilons-of.ts';
import { findStart } from './find-start.ts';
import type { StageJob, StageQueue } from './stage-queue.ts';
import type { SweepWork } from './train-sweep.ts';
import { WorkerError, WorkerProcess } from './worker-process.ts';

/** A stage that fails is trained again this many times before its runs count as failed. */
const RETRIES = 2;

/** One worker's place: takes the next stage, trains it, and gets a new process where the old one died. */
export class Lane {
  readonly #index: number;
  readonly #work: SweepWork;
  readonly #queue: StageQueue;
  readonly #pace: Pace;
  #worker: WorkerProcess | null = null;
  #machine: { device: string; versions: Record<string, string> } | null = null;
  /** Of the stage in training. */
  #seconds = 0;
  #ownPace = new Pace(0);

  /** @param queue and @param pace are shared by all lanes */
  constructor(index: number, work: SweepWork, queue: StageQueue, pace: Pace) {
    this.#index = index;
    this.#work = work;
    this.#queue = queue;
    this.#pace = pace;
  }

  async run(): Promise<void> {
    const { stop, kill, tell } = this.#work;
    const ended = AbortSignal.any([stop, kill]);
    const onStop = (): void => this.#worker?.stop();
    const onKill = (): void => this.#worker?.kill();
    stop.addEventListener('abort', onStop);
    kill.addEventListener('abort', onKill);
    try {
      for (let job = await this.#queue.next(ended); job; job = await this.#queue.next(ended)) {
        tell({ kind: 'worker', worker: this.#index, training: null });
        await this.#train(job);
      }
    } finally {
      stop.removeEventListener('abort', onStop);
      kill.removeEventListener('abort', onKill);
      this.#worker?.kill();
      tell({ kind: 'worker', worker: this.#index, training: null });
    }
  }

  /** Trains one stage until it is complete, diverged, stopped or has failed too often. */
  async #train(job: StageJob): Promise<void> {
    const { stop, kill, tell } = this.#work;
    this.#seconds = 0;
    for (let failures = 0; ; ) {
      try {
        return await this.#attempt(job);
      } catch (error) {
        // Only what went wrong in the worker says something about the stage; anything else is this process's own trouble.
        if (!(error instanceof WorkerError)) throw error;
        if (kill.aborted) return this.#end(job, { state: 'waiting' });
        if (++failures > RETRIES) return this.#end(job, { state: 'failed', error: `${error.message} (tried ${failures} times)` });
        tell({ kind: 'log', message: `${describe(job)} is tried again: ${error.message}` });
        if (stop.aborted) return this.#end(job, { state: 'waiting' });
      }
    }
  }

  async #attempt(job: StageJob): Promise<void> {
    const { storage, lease, arms, folder, stop, tell } = this.#work;
    const { stageId, from, to } = job.stage;
    const worker = await this.#aliveWorker();
    const [first] = job.runs as [RunTask, ...RunTask[]];
    const arm = arms[first.arm]!;
    const start = await findStart(storage, lease, first.stages, job, (message) => tell({ kind: 'log', message }));
    if (stop.aborted) return;

    // What the checkpoint and the stage's own batches do not cover is trained again without being recorded.
    let at = job.restores ? to : Math.max(from, start?.batch ?? 0);
    let shown = job.restores ? from : at;
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
      onSegment: async (segment) => {
        await this.#commit(job, stageId, at, segment);
        at = segment.to;
      },
    });
    if (stop.aborted) worker.stop();
    await training.catch((error) => {
      this.#pace.advance((job.restores ? from : at) - shown, performance.now()); // what was not committed is trained again
      throw error;
    });
  }

  async #aliveWorker(): Promise<WorkerProcess> {
    if (this.#worker && !this.#worker.dead) return this.#worker;
    this.#worker = new WorkerProcess();
    this.#machine = await this.#worker.open(this.#work.engine);
    return this.#worker;
  }

  #begin({ runs }: StageJob, { classes, evaluated }: Loaded): void {
    const { storage, lease, arms, gitCommit } = this.#work;
    const { device, versions } = this.#machine!;
    for (const { runId, arm } of runs) {
      startRun(storage, lease, runId, { worker: this.#index, device, versions, gitCommit, configuration: configurationOf(arms[arm]!), classes, evaluated });
    }
  }

  async #commit(job: StageJob, stageId: number, from: number, segment: SegmentReport): Promise<void> {
    const { storage, lease } = this.#work;
    const ends = segment.result ? outcomesOf(job, this.#work.arms[job.runs[0]!.arm]!, segment.result) : [];
    const checkpoint = segment.checkpoint && (await writeCheckpoint(storage.checkpointFolder, segment.checkpoint));
    const replaced = commitSegment(storage, lease, {
      stageId,
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
    this.#seconds += segment.seconds.training + segment.seconds.evaluation;
    for (const { runId, outcome } of ends) this.#settle(job, runId, outcome);
    if (segment.result?.outcome === 'complete') this.#queue.complete(job);
    if (segment.result?.outcome === 'diverged') this.#queue.drop(job);
    if (segment.result?.outcome === 'split') this.#pace.grow(this.#queue.split(job, readPaths(storage, job.runs.map(({ runId }) => runId))));
  }

  /** The stage ends without a segment. */
  #end(job: StageJob, outcome: RunOutcome): void {
    const { storage, lease } = this.#work;
    for (const { runId } of job.runs) {
      finishRun(storage, lease, runId, outcome);
      this.#settle(job, runId, outcome);
    }
    this.#queue.drop(job);
  }

  #settle(job: StageJob, runId: number, outcome: RunOutcome): void {
    const task = job.runs.find((run) => run.runId === runId);
    if (!task) return; // of another sweep, which will find it done
    task.state = outcome.state;
    if (outcome.state === 'waiting') return;
    const error = outcome.state === 'failed' ? outcome.error : outcome.state === 'diverged' ? `the total was not finite at batch ${outcome.batch}` : null;
    const arm = this.#work.arms[task.arm]!;
    this.#work.tell({ kind: 'run', run: runName(runId), arm: arm.name, seed: task.seed, state: outcome.state, batches: job.stage.batch, seconds: this.#seconds, error });
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
