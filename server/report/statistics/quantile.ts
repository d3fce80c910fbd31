/**
 * The q-quantile, linear between the two values that it falls between (the default of numpy and R); NaN of nothing.
 *
 * Example: the 0.25-quantile of [1, 2, 3, 4] is 1.75.
 *
 * @param sorted in rising order
 */
export function quantile(sorted: readonly number[], q: number): number {
  if (sorted.length === 0) return NaN;
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const share = place - below;
  return share === 0 ? sorted[below]! : sorted[below]! + share * (sorted[below + 1]! - sorted[below]!);
}
