import type { TrainedOn } from './machines.ts';
import type { Correction } from './shown-p.ts';
import type { ParamValue } from '../../sweep/arm.ts';
import type { RunState, Usage } from '../../sweep/results.ts';

/** The ablation table as data: what every format is written from. */

export type Goal = 'maximize' | 'minimize';

export interface TableOptions {
  /** Metrics, one column group each; default: the sweep's own. `pairs/worst5` is known besides those of the curves. */
  metrics?: string[];
  /** The value of a run: its last evaluation (default) or its best. */
  at?: 'last' | 'best';
  /** `arm` (default), or a parameter whose values become the rows. */
  rows?: string;
  /** A parameter whose values become the columns; needs `rows` to be another parameter. */
  cols?: string;
  /** Index or name of the arm that every other is compared with, in place of its own control. */
  baseline?: string | number;
  /** The value that `batchesToTarget` counts up to; default: the median final value of the control. */
  target?: number;
  /** What marks and the shown p are corrected by for several rows. */
  correction?: Correction;
  /** How many digits of a half-width, or of a standard deviation, are shown; default: 2. */
  digits?: number;
  /** Show the ids of the runs behind each line. */
  ids?: boolean;
}

export interface AblationTable {
  sweepId: string;
  name: string;
  at: 'last' | 'best';
  /** Name of the arm given as `baseline`; null where every arm is compared with its own control. */
  baseline: string | null;
  rows: 'arm' | string;
  cols: string | null;
  /** Names of all arms, by index. */
  armNames: string[];
  correction: Correction;
  digits: number;
  ids: boolean;
  /** Optimiser steps of the runs, for N as a fraction; null where the arms differ. */
  batches: number | null;
  /** Fingerprint of the data; several joined by `+`; null where no run has one. */
  dataHash: string | null;
  /** Engines, devices, versions and bits of the runs. */
  trainedOn: TrainedOn[];
  /** What training the runs used, shared stages counted once; null where nothing was measured. */
  usage: Usage | null;
  /** Where the rows of every metric stand in rows × columns; null where each arm is a line of its own. */
  matrix: Matrix | null;
  tables: MetricTable[];
}

export interface Matrix {
  columns: ParamValue[];
  lines: MatrixLine[];
  balance: Balance;
}

/** What the cells of the search average over besides rows and columns. */
export interface Balance {
  /** The parameters that are averaged over; none where each cell has one arm. */
  averaged: string[];
  /** True where every cell averages over the same settings of them. */
  isBalanced: boolean;
  /** How many these settings are; 0 where cells are not balanced. */
  settings: number;
  /** Names of the arms that are in no cell, since other cells have no arm of their setting. */
  leftOut: string[];
}

export interface MatrixLine {
  /** Value of the row parameter; null where it is not in force. */
  value: ParamValue;
  /** `noIntra`, `control`, …; null for a line of the search. */
  ablation: string | null;
  /** `row` is an index into `rows` of every metric's table; null: no arm is there. */
  cells: { row: number | null; span: number }[];
}

/** One metric of the table: complete in itself. */
export interface MetricTable {
  metric: string;
  /** `maximize` where neither direction is better; nothing is bold then. */
  goal: Goal;
  /** The tests in words, and the correction for several rows. */
  test: string;
  correction: string;
  /** True for shares of correct images, shown in percent. */
  accuracy: boolean;
  /** Images behind one accuracy, the fewest where runs differ; null for other metrics, and where no run says. */
  images: number | null;
  rows: TableRow[];
  missing: { arm: number; seed: number; state: RunState }[];
  /** Everything that a reader has to know: the footnote, sentence by sentence. */
  note: string[];
}

export interface TableRow {
  /** Index of the arm; null for a cell that holds several. */
  arm: number | null;
  /** Every arm behind this line, or cell. */
  arms: number[];
  name: string;
  control: boolean;
  ablation: string | null;
  /** Runs that diverged, of `planned`. */
  diverged: number;
  planned: number;
  /** Settings; null where not in force, or where the arms of a cell differ. */
  params: Record<string, ParamValue>;
  /** Seeds in the mean. */
  n: number;
  mean: number | null;
  sd: number | null;
  /** Bold: the best mean. */
  best: boolean;
  /** A dot: not shown to differ from the best mean, though so many seeds could show it. */
  likeBest: boolean;
  difference: Difference | null;
  batchesToTarget: { target: number; median: number | null; reached: number } | null;
  /** Paired mean difference of the metric over the evaluations in (N, end]. */
  afterSwitch: { n: number; mean: number; low: number | null; high: number | null } | null;
  /** Mean error over the five worst class pairs of the other seeds' controls; null without confusion matrices. */
  worst5: number | null;
  /** Complete runs whose truncated term was 0 from N to the end. */
  dead: number;
  /** True where every complete run is dead. */
  isDead: boolean;
  /** Complete runs that fell to chance. */
  collapsed: number;
  /** Index of an earlier row with the same runs: the two rows differ in an ε that never made a difference. */
  sameAs: number | null;
  /** Ids of the runs; null unless asked for. */
  runs: string[] | null;
}

export interface Difference {
  /** Index of the arm compared with; null where there are several. */
  control: number | null;
  /** Indices of the arms compared with: the control, or what an ablation was derived from. */
  references: number[];
  /** True for an ablation that is compared with what it was derived from. */
  isToParents: boolean;
  /** Seeds in the mean. */
  n: number;
  mean: number;
  sd: number | null;
  /** Student's 95 % interval, unadjusted; null for a single pair. */
  low: number | null;
  high: number | null;
  /**
   * Why there is no p: not every planned run has ended, the arm and its control diverged on different seeds, or too few
   * differences are not zero.
   */
  untested: 'unfinished' | 'diverged' | 'tooFew' | null;
  /** Sign-flip tests; null where untested. */
  p: number | null;
  pHolm: number | null;
  pMaxT: number | null;
  /** That of them which the table shows, and its marks go by. */
  shown: number | null;
}
