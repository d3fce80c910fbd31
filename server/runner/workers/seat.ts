import type { BitClass } from '../../store/training/same-bits.ts';
import type { Trainer } from './trainer.ts';

/** A place where stages are trained, one at a time. */
export interface Seat {
  /** Counted from 0. */
  readonly index: number;
  /** Who is known to sit here now; null where nobody is. */
  readonly taken: Trainer | null;
  /**
   * Waits until somebody can train here.
   *
   * @returns the class of bits that is computed here; null where it was ended
   */
  ready(ended: AbortSignal): Promise<BitClass | null>;
  /** Whoever trains here; somebody new where the one before has died. */
  trainer(): Trainer;
  /** Nothing more is trained here. */
  leave(): Promise<void>;
}

/** The seats of a sweep. */
export interface Seating {
  /** How many there are at most, for a start; there may come more. */
  readonly size: number;
  /**
   * Opens seats, now or when workers come. Ends when no other seat will be opened.
   *
   * @param most that there is something to train for
   * @param begin is called with each
   * @param ended aborted: no other seat is opened
   */
  open(most: number, begin: (seat: Seat) => void, ended: AbortSignal): Promise<void>;
}
