import { UserError } from '../../sweep/user-error.ts';
import type { MetricView } from './metric-view.ts';

/** Reaching a target is asked of metrics to maximise only. */
export function hasTarget(metric: MetricView): boolean {
  return metric.directed && metric.goal === 'maximize';
}

/**
 * A target as the user gave it, in the metric's own unit: tables show accuracies in percent, so 40 is 0.4 there.
 *
 * @returns null where none was given
 */
export function givenTarget(metric: MetricView, target: number | null): number | null {
  return target !== null && metric.accuracy && target > 1 ? target / 100 : target;
}

/** Metrics that lie in a range of their own: what lies outside is never reached, and its beginning always is. */
const RANGES: [RegExp, from: number, to: number][] = [
  [/\/(accuracy|macroF1)/, 0, 1],
  [/\/intraClassCosine$/, -1, 1],
];

/** @throws UserError on a target that no value of the metric can reach, or that every value does */
export function checkTarget(metric: MetricView, target: number, attempted: string): void {
  const [, from, to] = RANGES.find(([names]) => names.test(metric.name)) ?? [null, -Infinity, Infinity];
  const value = givenTarget(metric, target)!;
  if (value > from && value <= to) return;
  const percent = metric.accuracy ? ', or in percent' : '';
  throw new UserError(
    `Cannot ${attempted}: found target = ${target} for ${metric.name}, ` +
      `wanted a number above ${from} and at most ${to}${percent}`,
  );
}
