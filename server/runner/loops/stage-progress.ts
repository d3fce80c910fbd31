import { runName } from '../../store/database/ids.ts';
import type { RunTask } from '../../store/training/identify-runs.ts';
import { Pace, progressOf } from '../order/pace.ts';
import type { StageJob } from '../order/stage-queue.ts';
import type { SweepWork } from '../sweep-work.ts';

/** Shows how far a worker is with a stage, and counts what it trains for the whole sweep. */
export class StageProgress {
  readonly #work: Pick<SweepWork, 'arms' | 'tell'>;
  readonly #sweep: Pace;
  readonly #own: Pace;
  readonly #job: StageJob;
  readonly #worker: number;
  /** Counted up to here. */
  #counted: number;

  /**
   * @param sweep its pace
   * @param from batch of the stage that counts first
   * @param worker its index
   */
  constructor(work: Pick<SweepWork, 'arms' | 'tell'>, sweep: Pace, job: StageJob, from: number, worker: number) {
    this.#work = work;
    this.#sweep = sweep;
    this.#job = job;
    this.#worker = worker;
    this.#counted = from;
    this.#own = new Pace(job.stage.to - from);
    this.#own.advance(0, performance.now());
  }

  begin(): void {
    this.#show(this.#counted);
  }

  /** What leads up to the first batch that counts is shown, and not counted. */
  reach(batch: number): void {
    const trained = Math.max(0, batch - this.#counted);
    this.#sweep.advance(trained, performance.now());
    this.#own.advance(trained, performance.now());
    this.#counted += trained;
    this.#show(batch);
  }

  /** What was trained after this batch is lost, and will be trained again. */
  fallBackTo(batch: number): void {
    this.#sweep.advance(batch - this.#counted, performance.now());
    this.#counted = batch;
  }

  #show(batch: number): void {
    const { arms, tell } = this.#work;
    const [first] = this.#job.runs as [RunTask, ...RunTask[]];
    const { name, training } = arms[first.arm]!;
    tell({
      kind: 'worker',
      worker: this.#worker,
      training: {
        run: runName(first.runId),
        arm: this.#job.runs.length > 1 ? `trunk of ${this.#job.runs.length} runs` : name,
        seed: first.seed,
        batch,
        batches: training.batches,
        batchesPerSecond: this.#own.perSecond(),
      },
    });
    tell(progressOf(this.#sweep));
  }
}
