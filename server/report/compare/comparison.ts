import type { ParamValue } from '../../sweep/arm.ts';
import type { Correction } from '../table/shown-p.ts';
import type { AblationTable, Balance, Goal, MetricTable } from '../table/table.ts';

/** A table over several sweeps as data: a column for each sweep, a line for what they have in common. */

export interface ComparisonOptions {
  /** Default: the sweeps' own, where they have the same. */
  metric?: string;
  /** The value of a run: its last evaluation (default) or its best. */
  at?: 'last' | 'best';
  /** `arm` (default): a line for each arm; or a parameter whose values become the lines. */
  rows?: string;
  /** What columns are called by: `sweep` (default), or a setting with one value in each sweep, such as `dataset`. */
  cols?: string;
  correction?: Correction;
  /** How many digits of a half-width, or of a standard deviation, are shown; default: 2. */
  digits?: number;
}

export interface SweepComparison {
  metric: string;
  /** `maximize` where neither direction is better; nothing is bold and nothing has a rank then. */
  goal: Goal;
  at: 'last' | 'best';
  rows: 'arm' | string;
  cols: 'sweep' | string;
  correction: Correction;
  digits: number;
  /** What N is counted in: batches, where all runs have the same number of them; else shares of a run. */
  unitOfN: 'batches' | 'share';
  /** Optimiser steps of the runs; null where they differ. */
  batches: number | null;
  sweeps: ComparedSweep[];
  lines: ComparisonLine[];
  /** The parameters that vary within any of the sweeps: what lines can be. */
  varying: string[];
  /** What cells average over; null where lines are arms. */
  balance: Balance | null;
  /** The differences that marks are corrected for, and in how many sweeps they are. */
  family: { differences: number; sweeps: number };
  /** How many lines every sweep has, and average ranks are over. */
  ranked: number;
  /** Settings that have one value in each sweep, but not the same in all. */
  differing: { name: string; values: ParamValue[] }[];
  /** Everything that a reader has to know: the footnote, sentence by sentence. */
  note: string[];
}

/** One column. */
export interface ComparedSweep {
  id: string;
  name: string;
  /** What its column is called. */
  label: string;
  armNames: string[];
  /** Its cells. The p that they show are corrected for the other sweeps too. */
  table: Omit<MetricTable, 'note'>;
}

export interface ComparisonLine {
  label: string;
  /** Of the parameter of the lines; null where it is not in force, and where lines are arms. */
  value: ParamValue;
  /** True for arms without the intra-class phase. */
  control: boolean;
  /** Name of the ablation, or `control`; null for a line of the search. */
  ablation: string | null;
  /** Of every sweep the index of a row of its table; null where it has no arm here. */
  cells: (number | null)[];
  /** Mean of the ranks of its values among the lines that every sweep has; 1 is best; null for other lines. */
  averageRank: number | null;
}

/** Every table that can be laid out: of one sweep, or over several. */
export type AnyTable = AblationTable | SweepComparison;

export function isComparison(table: AnyTable): table is SweepComparison {
  return 'sweeps' in table;
}
