import type { OverallEffect } from './overall-effect.ts';
import type { Forest } from './forest.ts';
import type { Confirmation } from './confirmations.ts';

/** The row of the table of sentences that decided (docs/verdict.md). */
export type VerdictCase =
  | 'noRun'
  | 'unfinished'
  | 'noControl'
  | 'noPair'
  | 'dead'
  | 'oneSeed'
  | 'tooFewSeeds'
  | 'notComparable'
  | 'confirmed'
  | 'notConfirmed'
  | 'bothWays'
  | 'better'
  | 'worse'
  | 'overallOnly'
  | 'excluded'
  | 'notShown';

/** What to do next: one thing. */
export interface NextStep {
  action:
    | 'train'
    | 'wait'
    | 'addControl'
    | 'retry'
    | 'clone'
    | 'promote'
    | 'extend'
    | 'confirm'
    | 'import'
    | 'report'
    | 'end';
  /** As a sentence without its full stop. */
  text: string;
  /** Index of the arm that it is about. */
  arm: number | null;
  /** How many seeds it trains. */
  seeds: number | null;
  /** True where the arm was confirmed before. */
  again: boolean;
  /** Seconds that it trains, by the runs that there are; null where nothing is trained, or it is not known. */
  seconds: number | null;
}

/** The answer of a sweep in words, with the numbers that it was made from. */
export interface Verdict {
  case: VerdictCase;
  metric: string;
  at: 'last' | 'best';
  /** True for another metric or value than the definition's. */
  isExploratory: boolean;
  /** With how many different numbers of seeds the sweep was complete; every p counts them all. */
  looks: number;
  /** Whole. */
  sentence: string;
  /** For lists. */
  short: string;
  next: NextStep;
  /** The arm that the sentence is about; null where it is about none. */
  arm: number | null;
  overall: OverallEffect | null;
  /** The difference of the chosen arm when it is chosen on the other seeds; null where there is none. */
  chosenEffect: number | null;
  confirmations: Confirmation[];
  forest: Forest;
}
