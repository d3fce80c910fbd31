/** Up to this many seeds all 2ⁿ patterns of signs are tried; with more seeds, `DRAWS` seeded patterns. */
export const EXACT_SEEDS = 20;
export const DRAWS = 100_000;

/**
 * The smallest p-values that a sign-flip test over `seeds` seeds can give. A pattern and its mirror image always tie,
 * so no p is under 2/2ⁿ. Where patterns are drawn, no p is under 1/(draws + 1). Holm multiplies the smallest p of a
 * family by its size.
 *
 * @param rows rows of the sweep that have a difference to a control
 */
export function smallestP(seeds: number, rows: number): { maxT: number; holm: number } {
  const maxT = seeds <= EXACT_SEEDS ? Math.min(1, 2 / 2 ** seeds) : 1 / (DRAWS + 1);
  return { maxT, holm: Math.min(1, maxT * Math.max(1, rows)) };
}
