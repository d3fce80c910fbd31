import type { Confirmation } from './confirmations.ts';
import type { Facts } from './facts.ts';
import type { NextStep, VerdictCase } from './verdict.ts';
import type { Words } from './words.ts';

/** What the first row that fits says. */
export interface Decision {
  case: VerdictCase;
  sentence: string;
  short: string;
  next: NextStep;
  arm: number | null;
}

export interface Question {
  facts: Facts;
  confirmations: readonly Confirmation[];
  /** δ, in the unit of the metric; null where the user named none. */
  smallestEffect: number | null;
  /** The L2 that an ε has to be under for the term to act; null where it is not known. */
  readL2: () => number | null;
}

/** A row of the table of sentences; null where it does not fit. */
export type Row = (question: Question, words: Words) => Decision | null;
