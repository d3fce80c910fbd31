import type { RunResult, SweepResults } from '../../sweep/results.ts';
import type { MetricView } from './metric-view.ts';
import { summariseCurve } from '../curves/summarise-curve.ts';
import { worstPairErrors } from './worst-pairs.ts';

/** Arm → seed → value of a metric, of the complete runs that have one. */
export type RunValues = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * The value of every complete run: the metric at its last evaluation, or its best. A last value that is not finite is
 * no value: a run that ended at NaN must not vanish behind the finite value before.
 */
export function runValues(results: SweepResults, metric: MetricView, at: 'last' | 'best'): RunValues {
  return collect(results, (run) => summariseCurve(run.curves[metric.name], metric.goal)[at]);
}

/** The same of `pairs/worst5`, which needs the confusion matrices of other runs. */
export function worstPairValues(results: SweepResults, baseline: number | null): RunValues {
  const errors = worstPairErrors(results, baseline);
  return collect(results, (run) => errors.get(run) ?? null);
}

/** No value of any run. */
export function noValues(results: SweepResults): RunValues {
  return collect(results, () => null);
}

function collect(results: SweepResults, valueOf: (run: RunResult) => number | null): RunValues {
  const values = new Map<number, Map<number, number>>(results.arms.map((arm) => [arm.index, new Map()]));
  for (const run of results.runs) {
    const value = run.state === 'complete' ? valueOf(run) : null;
    if (value !== null && Number.isFinite(value)) values.get(run.arm)!.set(run.seed, value);
  }
  return values;
}

/** Seed → mean over the arms, for the seeds on which every arm has a value. Arms without any value are left out. */
export function averageArms(perArm: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const living = perArm.filter((values) => values.size > 0);
  const average = new Map<number, number>();
  for (const seed of living[0]?.keys() ?? []) {
    if (!living.every((values) => values.has(seed))) continue;
    average.set(seed, living.reduce((sum, values) => sum + values.get(seed)!, 0) / living.length);
  }
  return average;
}

/** Seed → with − without, of the seeds that both have. */
export function pairBySeed(
  values: ReadonlyMap<number, number>,
  control: ReadonlyMap<number, number>,
): Map<number, number> {
  const differences = new Map<number, number>();
  for (const [seed, value] of values) {
    const without = control.get(seed);
    if (without !== undefined) differences.set(seed, value - without);
  }
  return differences;
}

/** True where the runs of an arm and of its control diverged on the same seeds: each pair has both halves, or none. */
export function divergedTogether(runs: readonly RunResult[], controls: readonly RunResult[]): boolean {
  const seeds = (of: readonly RunResult[]) =>
    new Set(of.filter(({ state }) => state === 'diverged').map(({ seed }) => seed));
  const [own, theirs] = [seeds(runs), seeds(controls)];
  return own.size === theirs.size && [...own].every((seed) => theirs.has(seed));
}
