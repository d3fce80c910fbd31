import type { Arm } from '../../sweep/arm.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';
import { isOwnAblation } from '../../sweep/space/ablations.ts';
import type { MetricView } from './metric-view.ts';
import { runsByArm } from '../curves/runs-by-arm.ts';
import { averageArms, runValues, type RunValues } from './run-values.ts';
import type { ParsedOptions } from './table-options.ts';
import type { Balance } from './table.ts';

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
  /** What the cells of rows × columns average over; null where each arm is a row. */
  balance: Balance | null;
}

/** @param worst5 computed once for all metrics */
export function makeContext(
  results: SweepResults,
  metric: MetricView,
  options: ParsedOptions,
  worst5: RunValues,
  same: ReadonlyMap<number, number>,
  balance: Balance | null = null,
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
    balance,
  };
}

/**
 * The arms that an arm is compared with, by the mean of their values within each seed; none where there is nothing to
 * compare it with. An ablation with settings of its own is compared with what it was derived from.
 */
export function referencesOf(arm: Arm, { options: { baseline } }: TableContext): readonly number[] {
  if (baseline !== null) return baseline === arm.index ? [] : [baseline];
  if (isOwnAblation(arm)) return arm.control ? [] : arm.parents;
  return arm.controlIndex === null ? [] : [arm.controlIndex];
}

/** Seed → the mean of the values of the arms that an arm is compared with; empty where there is none. */
export function referenceValues(arm: Arm, context: TableContext): Map<number, number> {
  return averageArms(referencesOf(arm, context).map((reference) => context.values.get(reference)!));
}
