import { setImmediate } from 'node:timers/promises';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { OneAtATime } from '../deliveries/one-at-a-time.ts';
import type { StageJob, StageQueue } from '../order/stage-queue.ts';
import { settleByTrunk, type TakingDeliveries } from './take-from-trunk.ts';
import type { SweepWork } from '../sweep-work.ts';
import type { TrunkBeside } from '../order/trunk-beside.ts';

type Work = Pick<SweepWork, 'storage' | 'arms' | 'stopping' | 'killing'>;

type TellingDeliveries = TakingDeliveries & Pick<Deliveries, 'batchOf' | 'hasStateOf'>;

/**
 * Settles stages by their trunk while the workers train other stages. A trunk that comes to the end of a stage tells of
 * many stages at once, and reading and storing those takes as long as several batches. So they are settled one after
 * the other, and between two of them the messages of workers have their turn.
 */
export class Settler {
  readonly #work: Work;
  readonly #queue: Pick<StageQueue, 'giveBack'>;
  readonly #deliveries: TellingDeliveries;
  readonly #beside: TrunkBeside;
  readonly #settling = new OneAtATime();
  /** By stage: how much its trunk had told when the stage was last settled. */
  readonly #settledBy = new Map<number, number>();

  constructor(work: Work, queue: Pick<StageQueue, 'giveBack'>, deliveries: TellingDeliveries, beside: TrunkBeside) {
    this.#work = work;
    this.#queue = queue;
    this.#deliveries = deliveries;
    this.#beside = beside;
  }

  /** Whether the trunk may tell more of the stage than when it was last settled. */
  isDue(job: StageJob): boolean {
    return this.#told(job) > (this.#settledBy.get(job.stage.stageId) ?? 0);
  }

  /** Afterwards nothing of the job is left to train, or the rest is in the queue again. @param worker its index */
  settle(job: StageJob, worker: number): Promise<void> {
    return this.#settling.run(async () => {
      await setImmediate();
      const { stopping, killing } = this.#work;
      if (stopping.aborted || killing.aborted) return this.#queue.giveBack(job);
      this.#settledBy.set(job.stage.stageId, this.#told(job));
      if (!(await settleByTrunk(this.#work, this.#deliveries, this.#beside, job, worker))) this.#queue.giveBack(job);
    });
  }

  /**
   * How much the trunk beside the stage has trained, and how many of its states are there: a number that grows with
   * both.
   */
  #told({ stage, runs, restores }: StageJob): number {
    if (restores) return 0;
    return this.#beside(runs[0]!, stage).reduce(
      (total, trunk) =>
        total + this.#deliveries.batchOf(trunk) - trunk.from + (this.#deliveries.hasStateOf(trunk) ? 1 : 0),
      0,
    );
  }
}
