import type { Arm } from '../sweep/arm.ts';
import { commitSegment } from '../store/commit-segment.ts';
import type { RunTask } from '../store/identify-runs.ts';
import { runName } from '../store/ids.ts';
import { checkpointFiles, rewindStage } from '../store/rewind-stage.ts';
import { finishRun, startRun, type RunOutcome } from '../store/run-state.ts';
import type { FitResult } from '../training/fit.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-files.ts';
import type { SegmentReport } from './messages.ts';
import { Pace } from './pace.ts';
import type { SweepWork } from './train-sweep.ts';
import { WorkerError, WorkerProcess } from './worker-process.ts';

/** A run that fails is trained again this many times before it counts as failed. */
const RETRIES = 2;

/** One worker's place: takes the next run, trains it, and gets a new process where the old one died. */
export class Lane {
  readonly #index: number;
  readonly #work: SweepWork;
  readonly #queue: RunTask[];
  readonly #pace: Pace;
  #worker: WorkerProcess | null = null;
  /** Of the run in training. */
  #seconds = 0;
  #ownPace = new Pace(0);
  #machine: { device: string; versions: Record<string, string> } | null = null;

  /** @param queue shared by all lanes */
  constructor(index: number, work: SweepWork, queue: RunTask[], pace: Pace) {
    this.#index = index;
    this.#work = work;
    this.#queue = queue;
    this.#pace = pace;
  }

  async run(): Promise<void> {
    const { stop, kill, tell } = this.#work;
    const onStop = () => this.#worker?.stop();
    const onKill = () => this.#worker?.kill();
    stop.addEventListener('abort', onStop);
    kill.addEventListener('abort', onKill);
    try {
      for (let task = this.#next(); task; task = this.#next()) await this.#train(task);
    } finally {
      stop.removeEventListener('abort', onStop);
      kill.removeEventListener('abort', onKill);
      this.#worker?.kill();
      tell({ kind: 'worker', worker: this.#index, training: null });
    }
  }

  #next(): RunTask | undefined {
    const { stop, kill } = this.#work;
    return stop.aborted || kill.aborted ? undefined : this.#queue.shift();
  }

  /** Trains one run until it is complete, diverged, stopped or has failed too often. */
  async #train(task: RunTask): Promise<void> {
    const { storage, lease, stop, kill } = this.#work;
    this.#seconds = 0;
    for (let failures = 0; ; ) {
      try {
        return await this.#attempt(task);
      } catch (error) {
        if (kill.aborted && error instanceof WorkerError) return finishRun(storage, lease, task.runId, { state: 'waiting' });
        // Only what went wrong in the worker says something about the run; anything else is this process's own trouble.
        if (!(error instanceof WorkerError)) throw error;
        if (++failures > RETRIES) return this.#end(task, { state: 'failed', error: `${error.message} (tried ${failures} times)` });
        this.#work.tell({ kind: 'log', message: `${runName(task.runId)} is tried again: ${error.message}` });
        if (stop.aborted) return finishRun(storage, lease, task.runId, { state: 'waiting' });
      }
    }
  }

  async #attempt(task: RunTask): Promise<void> {
    const { storage, lease, arms, folder, stop } = this.#work;
    const worker = await this.#aliveWorker();
    const arm = arms[task.arm]!;
    const { stageId, to } = task.stages.at(-1)!;
    const start = await this.#resume(stageId);
    let at = start?.batch ?? 0;
    if (stop.aborted) return;

    const order = { settings: arm, seed: task.seed, to, dataset: arm.training.dataset, baseFolder: folder, start: start?.bytes ?? null };
    let shown = at;
    this.#ownPace = new Pace(to - at);
    this.#ownPace.advance(0, performance.now());
    const training = worker.train(order, {
      onLoaded: ({ classes, evaluated }) => {
        const { device, versions } = this.#machine!;
        startRun(storage, lease, task.runId, { device, versions, gitCommit: this.#work.gitCommit, configuration: configurationOf(arm), classes, evaluated });
        this.#show(task, at);
      },
      onProgress: (batch) => {
        this.#pace.advance(batch - shown, performance.now());
        this.#ownPace.advance(batch - shown, performance.now());
        shown = batch;
        this.#show(task, batch);
      },
      onSegment: async (segment) => {
        await this.#commit(task, stageId, at, segment);
        at = segment.to;
      },
    });
    if (stop.aborted) worker.stop();
    await training.catch((error) => {
      this.#pace.advance(at - shown, performance.now()); // what was not committed is trained again
      throw error;
    });
  }

  async #aliveWorker(): Promise<WorkerProcess> {
    if (this.#worker && !this.#worker.dead) return this.#worker;
    this.#worker = new WorkerProcess();
    this.#machine = await this.#worker.open(this.#work.engine);
    return this.#worker;
  }

  /** The checkpoint to continue a stage from. One that is lost or damaged costs its stage, which begins again. */
  async #resume(stageId: number): Promise<{ batch: number; bytes: Uint8Array } | null> {
    const { storage, lease, tell } = this.#work;
    const point = rewindStage(storage, lease, stageId);
    if (!point) return null;
    const bytes = await readCheckpoint(storage.checkpointFolder, point.file, point.hash);
    if (bytes) return { batch: point.batch, bytes };
    tell({ kind: 'log', message: `Checkpoint ${point.file} is lost or damaged: its run begins again` });
    rewindStage(storage, lease, stageId, true);
    return null;
  }

  async #commit(task: RunTask, stageId: number, from: number, segment: SegmentReport): Promise<void> {
    const { storage, lease } = this.#work;
    const checkpoint = segment.checkpoint && (await writeCheckpoint(storage.checkpointFolder, segment.checkpoint));
    const outcome = segment.result && toOutcome(segment.result);
    const replaced = commitSegment(storage, lease, {
      stageId,
      from,
      to: segment.to,
      columns: segment.points.map((series) => ({ ...series, epsilon: null })),
      artefacts: segment.evaluations.flatMap(({ batch, part, confusion, projection }) => [
        { batch, name: artefactName(part, 'confusion'), value: confusion },
        { batch, name: artefactName(part, 'projection'), value: projection },
      ]),
      checkpoint,
      seconds: segment.seconds,
      ...(outcome ? { ends: { runId: task.runId, outcome } } : {}),
    });
    const wanted = replaced.length > 0 ? checkpointFiles(storage) : new Set();
    for (const file of replaced) if (!wanted.has(file)) await removeCheckpoint(storage.checkpointFolder, file);
    this.#seconds += segment.seconds.training + segment.seconds.evaluation;
    if (outcome) this.#tellRun(task, outcome, segment.to);
  }

  #end(task: RunTask, outcome: RunOutcome): void {
    finishRun(this.#work.storage, this.#work.lease, task.runId, outcome);
    this.#tellRun(task, outcome, 0);
  }

  #tellRun(task: RunTask, outcome: RunOutcome, batches: number): void {
    const error = outcome.state === 'failed' ? outcome.error : outcome.state === 'diverged' ? `the total was not finite at batch ${outcome.batch}` : null;
    const { name } = this.#work.arms[task.arm]!;
    this.#work.tell({ kind: 'run', run: runName(task.runId), arm: name, seed: task.seed, state: outcome.state, batches, seconds: this.#seconds, error });
  }

  #show(task: RunTask, batch: number): void {
    const { arms, tell } = this.#work;
    const { name, training } = arms[task.arm]!;
    tell({
      kind: 'worker',
      worker: this.#index,
      training: { run: runName(task.runId), arm: name, seed: task.seed, batch, batches: training.batches, batchesPerSecond: this.#ownPace.perSecond() },
    });
    tell({ kind: 'progress', batches: this.#pace.done, of: this.#pace.total, secondsLeft: this.#pace.secondsLeft() });
  }
}

/** The validation part's artefacts go by their bare names. */
function artefactName(part: 'val' | 'test', name: string): string {
  return part === 'val' ? name : `test/${name}`;
}

/** The settings that a run was trained with, without what only places it in a plan. */
function configurationOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): object {
  return { alpha, beta, gamma, epsilon, N, loss, training };
}

function toOutcome({ outcome, batch, intraDead }: FitResult): RunOutcome {
  switch (outcome) {
    case 'complete':
      return { state: 'complete', intraDead };
    case 'diverged':
      return { state: 'diverged', batch, intraDead };
    case 'stopped':
      return { state: 'waiting' };
  }
}
