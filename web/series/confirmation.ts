import type { ConfirmReport } from '../../server/http/schemas/confirm.ts';
import { formatMetric, formatMetricDifference, formatSpread } from '../format/metric.ts';
import { formatNumber } from '../format/number.ts';

/** `+1.10 points, p = 0.5`, or why there is no answer. */
export function differenceWords({ metric, difference }: ConfirmReport): string {
  if (difference === null) return 'No pair is complete yet';
  const p = difference.p === null ? 'p withheld' : `p = ${formatNumber(difference.p, 2)}`;
  return `${formatMetricDifference(metric, difference.mean)}, ${p}`;
}

/** The interval, on how many seeds the arm did better, and the test. */
export function testWords({ metric, difference, test }: ConfirmReport): string {
  if (difference === null) return test;
  const { n, low, high, better } = difference;
  const interval =
    low === null || high === null
      ? ''
      : `; Student's 95 % interval ${formatMetricDifference(metric, low)} to ${formatMetricDifference(metric, high)}`;
  return `With minus without, better on ${better} of ${n} seeds${interval}; ${test}`;
}

export function sideWords(metric: string, { mean, sd }: { mean: number | null; sd: number | null }): string {
  if (mean === null) return 'no complete run';
  return `${formatMetric(metric, mean)}${sd === null ? '' : ` ± ${formatSpread(metric, sd)}`}`;
}
