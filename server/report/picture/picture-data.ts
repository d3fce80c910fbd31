import type { Curve } from '../../sweep/results.ts';
import type { Goal } from '../table/table.ts';

/** One arm and its differences to its control, not yet multiplied by `scale`. */
export interface Group {
  arm: number;
  name: string;
  beta: number;
  epsilon: number;
  /** What sets the arm apart besides N: `β = 0.1`. */
  label: string;
  batches: number[];
  seeds: { seed: number; values: (number | null)[] }[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** How many points there were before the line was thinned for a page; left out where all are here. */
  thinnedFrom?: number;
  leavesZeroAt: number | null;
  /** The differences of the complete pairs at their last evaluation. */
  final: { seed: number; value: number }[];
  finalMean: number | null;
  finalLow: number | null;
  finalHigh: number | null;
  pMaxT: number | null;
  /** Means over seeds, for the strip below the panel. */
  truncated: Curve;
  cosine: Curve;
  /** Stretches [from, to) in which the truncated term was 0 on every seed. */
  dead: { from: number; to: number }[];
}

export interface Panel {
  /** Switch batch: up to here a pair is one run and its difference exactly zero. */
  N: number;
  label: string;
  /** Last batch of the runs. */
  end: number;
  groups: Group[];
  /** The controls' own spread over seeds, ± sd around 0. */
  controlSpread: { batches: number[]; sd: (number | null)[] };
}

/** The picture that answers the question, as data: one panel per N over a shared y (with − without), x = batch. */
export interface Picture {
  metric: { name: string; goal: Goal };
  /** The answer in words. */
  title: string;
  /** Unit of the differences on the axis once they are multiplied by `scale`: percent points of an accuracy. */
  unit: string;
  scale: number;
  /** Of the shared axis, in `unit`. */
  yRange: [number, number];
  panels: Panel[];
}
