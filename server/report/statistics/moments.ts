/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Standard deviation with n − 1 in the denominator; null for fewer than two values. Values that differ by rounding
 * alone (1e−9 of the largest) have a deviation of exactly 0, so that "all the same" does not depend on the order of
 * additions.
 */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  let squares = 0;
  let largest = 0;
  let spread = 0;
  for (const value of values) {
    squares += (value - center) ** 2;
    largest = Math.max(largest, Math.abs(value));
    spread = Math.max(spread, Math.abs(value - center));
  }
  return spread <= SAME * largest ? 0 : Math.sqrt(squares / (values.length - 1));
}

/** Two numbers are the same where they differ by less than this, relative to the largest of their kind. */
export const SAME = 1e-9;

/** The middle value, or the mean of the two in the middle; NaN of nothing. Infinite values sort last. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => (a === b ? 0 : a - b));
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
}
