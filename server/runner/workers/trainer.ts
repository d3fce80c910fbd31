import type { Machine } from '../../store/training/run-state.ts';
import type { SignedStructure } from '../../training/signature.ts';
import type { Listener } from '../logs/journal.ts';
import type { Loaded, ProgramOrder, SegmentReport, StageOrder } from './messages.ts';

export type { Machine };

/**
 * Whoever trains stages for the main process: a child process today. It is given one stage at a time. It never touches
 * the database, and writes nothing but files with temporary names in the checkpoint folder of its order. The hash of a
 * checkpoint is the trainer's word: a wrong one is found when the checkpoint is read, and costs training it again.
 *
 * One contract suite (`test/runner/trainer.test.ts`) runs over every implementation.
 */
export interface Trainer {
  /** What it trains on, as soon as its engine is open. Fails with a `WorkerError` where it does not open. */
  readonly opened: Promise<Machine>;

  /**
   * The signatures of the bits that it computes with these structures, in their order; null for one that it cannot
   * compute. Once `opened`, and before it trains. Fails with a `WorkerError` where the trainer dies of it.
   */
  sign(structures: readonly SignedStructure[]): Promise<(string | null)[]>;

  /**
   * Trains a stage, once `opened`, telling what comes of it in order. Ends after the last segment, the only one with a
   * `result`. Fails with a `WorkerError` where the stage or the trainer does, which another attempt may mend, and with
   * any other error where all stages would meet it. After that nothing more is told of the stage, whatever may still be
   * on its way.
   */
  train(order: StageOrder | ProgramOrder, told: StageCallbacks): Promise<void>;

  /** Whether it has this checkpoint, so that an order may leave its content out. */
  holds(hash: string): boolean;

  /** Asks the stage in training to end at its next look at the losses, with a checkpoint. Idle, it does nothing. */
  stop(): void;

  /** Ends it at once; what it has in training fails. */
  kill(): void;

  /** Lets it give its device back and end; ends itself when that is done. May be called more than once. */
  end(): Promise<void>;

  /** Of its process on this machine; null where it has none. */
  readonly pid: number | null;

  /** It has ended, or takes no other stage: its engine did not open, or was lost. */
  readonly dead: boolean;
}

/** What a stage tells while it trains, in order: `loaded` once, then progress and segments. */
export interface StageCallbacks {
  onLoaded(loaded: Loaded): void;
  /** @param batch that it has come to */
  onProgress(batch: number): void;
  /** @returns when it is stored, for whoever wants to know that */
  onSegment(segment: SegmentReport): Promise<void> | void;
  /** What its process writes to its streams meanwhile. */
  onOutput?: Listener;
}

/** The trainer could not go on with its stage, or did not open; the message is for the run's record. */
export class WorkerError extends Error {
  override name = 'WorkerError';
}

/** Whoever was to train the stage is gone, with its machine maybe: somebody else trains it, and no retry is used up. */
export class WorkerLost extends WorkerError {
  override name = 'WorkerLost';
}

/** Nothing is known to be wrong with the stage or the engine: the process of the trainer ended, or hung. */
export class WorkerDied extends WorkerError {
  override name = 'WorkerDied';
}
