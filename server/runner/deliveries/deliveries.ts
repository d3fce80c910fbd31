import type { BitClass } from '../../store/training/same-bits.ts';
import { setTimeout } from 'node:timers/promises';
import { readPaths, type StageTask } from '../../store/training/identify-runs.ts';
import type { GpuUsage } from '../../store/training/add-usage.ts';
import { commitSegment, type SegmentRows } from '../../store/training/commit-segment.ts';
import { deleteForgotten } from '../../store/database/forgotten-files.ts';
import { runName } from '../../store/database/ids.ts';
import type { Stretch } from '../../store/training/read-stretch.ts';
import { noteSeed } from '../../store/training/seed-bits.ts';
import { noteFile } from '../../store/training/note-files.ts';
import { finishRun, startRun, type Machine, type RunOutcome } from '../../store/training/run-state.ts';
import type { FitResult } from '../../training/fit-task.ts';
import { FinishedPairs } from './finished-pairs.ts';
import { findStart } from './find-start.ts';
import type { SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';
import type { Loaded, SegmentReport, Start } from '../workers/messages.ts';
import { patiently } from '../patiently.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { progressOf, type Pace } from '../order/pace.ts';
import { RecentCheckpoints } from '../checkpoints/recent-checkpoints.ts';
import { artefactsOf, outcomesOf, recordsOf, type StageRecord } from './records.ts';
import type { StageJob, StageQueue } from '../order/stage-queue.ts';
import type { SweepWork } from '../sweep-work.ts';

/**
 * In milliseconds: so long the results of a whole stage wait before they are stored, so that its worker is given the
 * next stage first.
 */
const HEAD_START = 5;

/** What a stage has cost so far. */
export interface Spent {
  seconds: number;
}

type Work = Pick<
  SweepWork,
  'storage' | 'lease' | 'arms' | 'tasks' | 'metric' | 'gitCommit' | 'environmentId' | 'tell' | 'killing'
>;

/** A segment of a stage, with what the graphics card did meanwhile; null where it is not known. */
export type TrainedSegment = SegmentReport & { gpu: GpuUsage | null };

/** Who trains a stage, and on what. */
export interface BegunBy {
  /** Index of the seat. */
  worker: number;
  machine: Machine;
  loaded: Loaded;
  bits: BitClass;
}

/** A stretch of a stage, on its way into the database. */
interface Delivery {
  job: StageJob;
  segment: Omit<SegmentRows, 'stageId' | 'ends'>;
  /** How the stage ends; null where the stretch is not its last one. */
  result: FitResult | null;
  spent: Spent;
  /** What it was trained with; null where no run ends with it. */
  record: StageRecord | null;
  /** False where not even the sweep's own runs have been started. */
  trained: boolean;
}

/**
 * The way from the workers of a sweep into the database. Deliveries are stored one after the other, in the order in
 * which they came, and none after one that could not be stored. So the state that a stage continues from is in the
 * database before the stage's own points are. The order matters for files too: equal states are one file, which is
 * never deleted for one stage while another stage is about to refer to it.
 *
 * The stages that follow a whole stage need not wait until it is stored: they begin from its state while that is still
 * on its way. Only a large state, which is a file, has to be stored before another worker reads it.
 */
export class Deliveries {
  readonly #work: Work;
  readonly #queue: StageQueue;
  readonly #pace: Pace;
  readonly #pairs: FinishedPairs;
  /** Those of the database that is trained on. */
  readonly checkpoints: RecentCheckpoints;
  readonly #storing = new OneAtATime();
  #taken = 0;
  /** By stage: the states at the end of stages that are not stored yet. */
  readonly #onTheWay = new Map<number, SentCheckpoint>();
  /** By stage in training: the machine and the data that it is trained with. */
  readonly #records = new Map<number, StageRecord>();
  /** By seed: the name of the class of bits that is stored for it. */
  readonly #noted = new Map<number, string>();

  constructor(work: Work, queue: StageQueue, pace: Pace) {
    this.#work = work;
    this.checkpoints = new RecentCheckpoints(work.storage.checkpointFolder);
    this.#queue = queue;
    this.#pace = pace;
    this.#pairs = new FinishedPairs(work);
  }

  /** Batches that were taken from trunks. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The state to train the stage from; null for batch 0.
   *
   * @param holds whether the trainer has a checkpoint already
   */
  async startOf(job: StageJob, holds: (hash: string) => boolean): Promise<Start | null> {
    // A state that is on its way as a file gets its final name when it is stored: until then nobody else may read it.
    const unread = (sent: SentCheckpoint | undefined): boolean =>
      sent !== undefined && 'file' in sent.content && !holds(sent.hash);
    await this.stored(job.runs[0]!.stages.filter(({ stageId }) => unread(this.#onTheWay.get(stageId))));
    const atHand = { onTheWay: this.#onTheWay, checkpoints: this.checkpoints, holds };
    return findStart(this.#work, this.#queue, job, atHand);
  }

  /** How far the stage is trained, stored or on its way. */
  batchOf({ stageId, batch, to }: StageTask): number {
    return this.#onTheWay.has(stageId) ? to : batch;
  }

  /** Whether the state where the stage stands is there, stored or on its way. */
  hasStateOf({ stageId, kept }: StageTask): boolean {
    return kept || this.#onTheWay.has(stageId);
  }

  /** Waits until those of these stages that were delivered to their ends are stored. */
  async stored(stages: readonly StageTask[]): Promise<void> {
    if (stages.some(({ stageId }) => this.#onTheWay.has(stageId))) await this.#storing.run(async () => {});
  }

  /** The runs of the stage are in training. */
  begin(job: StageJob, { worker, machine: opened, loaded: { machine, ...loaded }, bits }: BegunBy): Promise<void> {
    const { storage, lease, arms, gitCommit, environmentId } = this.#work;
    const record = {
      ...opened,
      ...machine,
      ...loaded,
      worker,
      gitCommit,
      environmentId,
      bits: bits.bitsOf(job.runs[0]!.arm),
    };
    this.#records.set(job.stage.stageId, record);
    return this.#storing.run(async () => {
      await this.#noteSeed(job.runs[0]!.seed, bits);
      const records = recordsOf(job, arms, record);
      for (const { runId } of job.runs)
        await this.#patiently(() => startRun(storage, lease, runId, records.get(runId)!));
    });
  }

  /** What a seed's first stage is begun with, all of the seed is trained with. */
  async #noteSeed(seed: number, bits: BitClass): Promise<void> {
    if (this.#noted.get(seed) === bits.name) return;
    const { storage, lease, tasks } = this.#work;
    const runs = tasks.filter((task) => task.seed === seed && task.state !== 'complete');
    await this.#patiently(() => noteSeed(storage, lease, runs, bits));
    this.#noted.set(seed, bits.name);
  }

  /** A stretch of the stage is trained, from batch `from` on. @returns when it is stored */
  advance(job: StageJob, from: number, segment: TrainedSegment, spent: Spent): Promise<void> {
    const { stageId } = job.stage;
    let headStart: Promise<void> | null = null;
    if (segment.result?.outcome === 'complete') {
      if (segment.checkpoint) this.#onTheWay.set(stageId, segment.checkpoint);
      this.#queue.complete(job);
      headStart = setTimeout(HEAD_START);
    }
    return this.#storing.run(async () => {
      await headStart;
      await this.#commit(job, from, segment, spent);
      // An earlier segment, stored only now, may not take away the state that came after it.
      if (this.#onTheWay.get(stageId) === segment.checkpoint) this.#onTheWay.delete(stageId);
    });
  }

  /**
   * The stage takes a stretch from its trunk, maybe up to its end.
   *
   * @param worker its index
   * @returns when it is stored
   */
  async take(job: StageJob, { record, ...stretch }: Stretch, worker: number): Promise<void> {
    const { from, to } = stretch;
    const { training } = this.#work.arms[job.runs[0]!.arm]!;
    const ends = to === job.stage.to;
    // No test has passed from N to here.
    const result: FitResult | null = ends
      ? { outcome: 'complete', batch: to, intraDead: to === training.batches ? true : null }
      : null;
    await this.#storing.run(() =>
      this.#record({
        job,
        segment: { ...stretch, fromTrunk: true },
        result,
        spent: { seconds: 0 },
        record: { ...record, worker },
        trained: false,
      }),
    );
    this.#taken += to - from;
    this.#pace.grow(from - to);
    this.#work.tell(progressOf(this.#pace));
    if (ends) this.#queue.complete(job);
  }

  /**
   * From where the stage stands, its runs are several computations. That is known without training it.
   *
   * @param groups the ε that stay together
   */
  split(job: StageJob, groups: number[][]): Promise<void> {
    const { batch } = job.stage;
    const segment = {
      from: batch,
      to: batch,
      columns: [],
      artefacts: [],
      checkpoint: null,
      seconds: { training: 0, evaluation: 0 },
      split: groups,
    };
    return this.#storing.run(() =>
      this.#record({ job, segment, result: null, spent: { seconds: 0 }, record: null, trained: false }),
    );
  }

  /** The stage ends without a segment. */
  end(job: StageJob, outcome: RunOutcome, spent: Spent): Promise<void> {
    const { storage, lease } = this.#work;
    this.#queue.drop(job);
    return this.#storing.run(async () => {
      for (const { runId } of job.runs) {
        await this.#patiently(() => finishRun(storage, lease, runId, outcome));
        this.#tellOutcome(job, runId, outcome, spent);
      }
    });
  }

  async #commit(
    job: StageJob,
    from: number,
    { points, evaluations, checkpoint, seconds, usage, gpu, to, result }: TrainedSegment,
    spent: Spent,
  ): Promise<void> {
    const { storage, lease } = this.#work;
    const note = (file: string): Promise<void> => this.#patiently(() => noteFile(storage, lease, file));
    const written = checkpoint && (await this.checkpoints.write(checkpoint, note));
    const record = this.#records.get(job.stage.stageId)!;
    const segment = {
      from,
      to,
      columns: points,
      artefacts: artefactsOf(evaluations),
      checkpoint: written,
      seconds,
      usage: { process: usage, gpu },
      ...(result?.groups ? { split: result.groups } : {}),
    };
    await this.#record({ job, segment, result, spent, record, trained: true });
  }

  async #record({ job, segment, result, spent, record, trained }: Delivery): Promise<void> {
    const { storage, lease, arms } = this.#work;
    const { to, seconds } = segment;
    const started = new Set(trained ? job.runs.map(({ runId }) => runId) : []);
    const outcomes = result ? outcomesOf(job, arms[job.runs[0]!.arm]!, result) : [];
    const records = record && outcomes.some(({ runId }) => !started.has(runId)) ? recordsOf(job, arms, record) : null;
    const ends = outcomes.map((end) => (started.has(end.runId) ? end : { ...end, record: records!.get(end.runId)! }));
    const rows = { ...segment, stageId: job.stage.stageId, ends };
    const replaced = await this.#patiently(() => commitSegment(storage, lease, rows));
    this.#queue.advance(job.stage, { batch: to, kept: segment.checkpoint !== null });
    const complain = (message: string): void => this.#work.tell({ kind: 'log', message });
    await this.#patiently(() => deleteForgotten(storage, replaced, complain));
    spent.seconds += seconds.training + seconds.evaluation;
    for (const { runId, outcome } of ends) this.#tellOutcome(job, runId, outcome, spent);
    if (result?.outcome === 'diverged') this.#queue.drop(job);
    if (!segment.split) return;
    const runIds = job.runs.map(({ runId }) => runId);
    this.#pace.grow(this.#queue.split(job, readPaths(storage, runIds)));
  }

  #patiently<T>(body: () => T): Promise<T> {
    return patiently({ storage: this.#work.storage, giveUp: this.#work.killing }, body);
  }

  #tellOutcome(job: StageJob, runId: number, outcome: RunOutcome, { seconds }: Spent): void {
    const task = job.runs.find((run) => run.runId === runId);
    if (!task) return; // a run of another sweep, which will find it done
    this.#queue.setState(task, outcome.state);
    if (outcome.state === 'waiting') return;
    this.#work.tell({
      kind: 'run',
      run: runName(runId),
      arm: this.#work.arms[task.arm]!.name,
      seed: task.seed,
      state: outcome.state,
      batches: job.stage.batch,
      seconds,
      error: errorOf(outcome),
      result: outcome.state === 'complete' ? this.#pairs.resultOf(task) : null,
    });
  }
}

function errorOf(outcome: RunOutcome): string | null {
  if (outcome.state === 'failed') return outcome.error;
  return outcome.state === 'diverged' ? `the total was not finite at batch ${outcome.batch}` : null;
}
