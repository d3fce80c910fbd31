import type { BitClass } from '../../store/training/same-bits.ts';
import type { Trainer } from './trainer.ts';

export type { BitClass };

/** Somebody of whom it can be said that somebody else is another machine: a process elsewhere, or a card. */
export interface Whose {
  /** Nobody else has it. */
  id: string;
  host: string;
  /** As it is shown. */
  name: string;
}

/** A place where stages are trained, one at a time. */
export interface Seat {
  /** Counted from 0. */
  readonly index: number;
  /** On whose machine what is trained here now is trained; null where nobody is here, or nobody can tell. */
  readonly whose: Whose | null;
  /** Who is known to sit here now; null where nobody is. */
  readonly taken: Trainer | null;
  /**
   * Waits until somebody can train here.
   *
   * @returns the class of bits that is computed here; null where it was ended
   */
  ready(ended: AbortSignal): Promise<BitClass | null>;
  /** Aborted: whoever `ready` has found here is gone, and somebody else has to be waited for. */
  readonly gone: AbortSignal;
  /** Whoever trains here; somebody new where the one before has died. */
  trainer(): Trainer;
  /** Nothing more is trained here. */
  leave(): Promise<void>;
}

/** The seats of a sweep. */
export interface Seating {
  /** Whether they are on this machine, whose cards can be asked. */
  readonly isHere: boolean;
  /** How many there are now; 0 where nobody has come yet. */
  readonly size: number;
  /** Those of a class of bits who are there. */
  present(bits: BitClass): readonly Whose[];
  /**
   * Opens seats, now or when workers come. Ends when no other seat will be opened.
   */
  open(opening: Opening): Promise<void>;
}

export interface Opening {
  /** How many seats there is something to train for. */
  most: number;
  /** Is called with each seat. */
  begin: (seat: Seat) => void;
  /** Nobody of a class of bits is there any more; it may be said again. */
  gone: (bits: BitClass) => void;
  /** Seeds that none of these classes may train. */
  waiting: (present: readonly BitClass[]) => number[];
  /** Aborted: no other seat is opened. */
  ended: AbortSignal;
}
