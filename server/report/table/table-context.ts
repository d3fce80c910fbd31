import type { Arm } from '../../sweep/arm.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';
import type { MetricView } from './metric-view.ts';
import { runsByArm } from '../curves/runs-by-arm.ts';
import { runValues, type RunValues } from './run-values.ts';
import type { ParsedOptions } from './table-options.ts';

/** What every row of one metric's table is computed from. */
export interface TableContext {
  results: SweepResults;
  metric: MetricView;
  options: ParsedOptions;
  runs: RunResult[][];
  /** The values of the runs at the last evaluation or the best one, as asked for. */
  values: RunValues;
  /** The values of the runs at the last evaluation. */
  finals: RunValues;
  worst5: RunValues;
  /** Arm → the earlier arm that it never separated from in ε. */
  same: ReadonlyMap<number, number>;
}

/** @param worst5 computed once for all metrics */
export function makeContext(
  results: SweepResults,
  metric: MetricView,
  options: ParsedOptions,
  worst5: RunValues,
  same: ReadonlyMap<number, number>,
): TableContext {
  const valuesAt = (at: 'last' | 'best') => (metric.name === 'pairs/worst5' ? worst5 : runValues(results, metric, at));
  return {
    results,
    metric,
    options,
    runs: runsByArm(results),
    values: valuesAt(options.at),
    finals: valuesAt('last'),
    worst5,
    same,
  };
}

/** The arm that an arm is compared with; null where there is none. */
export function referenceOf(arm: Arm, { options: { baseline } }: TableContext): number | null {
  const reference = baseline ?? arm.controlIndex;
  return reference === arm.index ? null : reference;
}
