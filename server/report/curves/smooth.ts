import type { Curve } from '../../sweep/results.ts';

/**
 * A moving average over `share` of the curve's points, half of them on either side. It is taken over every recorded
 * point, before anything is left out for drawing. A mean of values never leaves their range, at the ends neither. What
 * was not finite stays so, and counts in no mean.
 */
export function smooth({ batches, values }: Curve, share: number): Curve {
  const reach = Math.floor((values.length * share) / 2);
  if (reach === 0) return { batches, values };
  // Sums up to each place, so that a wide window costs no more than a narrow one.
  const sums = new Float64Array(values.length + 1);
  const counts = new Float64Array(values.length + 1);
  values.forEach((value, i) => {
    sums[i + 1] = sums[i]! + (value ?? 0);
    counts[i + 1] = counts[i]! + (value === null ? 0 : 1);
  });
  const finite = values.filter((value) => value !== null);
  const [low, high] = [least(finite), -least(finite.map((value) => -value))];
  return {
    batches,
    values: values.map((value, i) => {
      if (value === null) return null;
      const from = Math.max(0, i - reach);
      const to = Math.min(values.length, i + reach + 1);
      const mean = (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!);
      // Differences of sums may miss the range by their rounding.
      return Math.min(high, Math.max(low, mean));
    }),
  };
}

function least(values: readonly number[]): number {
  return values.reduce((min, value) => Math.min(min, value), Infinity);
}
