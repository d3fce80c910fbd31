import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import type { Curve } from '../../sweep/results.ts';
import { summarisePairs } from '../statistics/paired-summary.ts';
import { averageArms } from './run-values.ts';
import { referencesOf, type TableContext } from './table-context.ts';
import type { TableRow } from './table.ts';

/**
 * The mean difference of the metric over (N, end], paired by seed: it shows a faster rise that a threshold misses. null
 * for arms without the phase.
 */
export function afterSwitch(arms: readonly Arm[], context: TableContext): TableRow['afterSwitch'] {
  const perArm = arms.filter(hasIntraPhase).flatMap((arm) => {
    const references = referencesOf(arm, context).map((reference) => differencesAfterSwitch(arm, reference, context));
    return references.length === 0 ? [] : [averageArms(references)];
  });
  const summary = summarisePairs([...averageArms(perArm).values()]);
  return summary && { n: summary.n, mean: summary.mean, low: summary.low, high: summary.high };
}

/** Seed → mean difference after N, of the pairs whose runs are both complete. */
function differencesAfterSwitch(arm: Arm, reference: number, { metric, runs }: TableContext): Map<number, number> {
  const differences = new Map<number, number>();
  for (const run of runs[arm.index]!) {
    const control = runs[reference]!.find((other) => other.seed === run.seed);
    const [curve, without] = [run.curves[metric.name], control?.curves[metric.name]];
    if (run.state !== 'complete' || control?.state !== 'complete' || !curve || !without) continue;
    const difference = meanAfter(arm.N, curve, without);
    if (difference !== null) differences.set(run.seed, difference);
  }
  return differences;
}

/** Mean of with − without over the batches after N at which both are finite; null where there is none. */
function meanAfter(N: number, curve: Curve, without: Curve): number | null {
  const other = new Map(without.batches.map((batch, i) => [batch, without.values[i]!]));
  let sum = 0;
  let count = 0;
  curve.batches.forEach((batch, i) => {
    const a = curve.values[i]!;
    const b = other.get(batch) ?? null;
    if (batch <= N || a === null || b === null) return;
    sum += a - b;
    count++;
  });
  return count === 0 ? null : sum / count;
}
