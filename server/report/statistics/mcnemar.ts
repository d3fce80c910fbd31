/**
 * McNemar's exact test of pairs of which each half is good or bad: two-sided, twice the chance that of b + c fair coins
 * at most min(b, c) show heads, at most 1.
 *
 * Example: b = 5, c = 0 → 2 · (½)⁵ = 0.0625.
 *
 * @param onlyFirst b: pairs of which the first half alone is bad
 * @param onlySecond c: pairs of which the second half alone is bad
 */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  const tossed = onlyFirst + onlySecond;
  let chance = 2 ** -tossed;
  let sum = 0;
  for (let heads = 0; heads <= Math.min(onlyFirst, onlySecond); heads++) {
    sum += chance;
    chance *= (tossed - heads) / (heads + 1);
  }
  return Math.min(1, 2 * sum);
}
