import { Stream } from '../../sweep/random.ts';

/** Up to this many seeds every pattern of signs is looked at; with more seeds, a seeded sample of `DRAWS` patterns. */
export const EXACT_SEEDS = 20;
export const DRAWS = 100_000;

/**
 * Calls `visit` with the sums of every row under each pattern of signs of the columns (seeds), the same signs in all
 * rows.
 *
 * Where n ≤ 20 this covers all 2ⁿ patterns. Every statistic here is the same for a pattern and its mirror image, so the
 * last column keeps its sign and only half of the patterns are visited. The sum of a pattern is put together from two
 * tables of at most 2¹⁰ partial sums. That costs one addition and, unlike flipping one sign after the other, gathers no
 * rounding error: the pattern without a flip gives the observed sums.
 *
 * @param differences rows × columns; 0 where a row has no value for a seed, which adds nothing to any sum
 * @param visit is given one buffer that the next call overwrites
 */
export function forEachPattern(differences: readonly (readonly number[])[], visit: (sums: Float64Array) => void): void {
  const columns = differences[0]?.length ?? 0;
  if (columns > EXACT_SEEDS) return forEachDraw(differences, visit);
  const split = Math.floor(columns / 2);
  const left = partialSums(differences, 0, split);
  const right = partialSums(differences, split, columns);
  const rows = differences.length;
  const sums = new Float64Array(rows);
  for (let high = 0; high < right.length; high += rows) {
    for (let low = 0; low < left.length; low += rows) {
      for (let row = 0; row < rows; row++) sums[row] = left[low + row]! + right[high + row]!;
      visit(sums);
    }
  }
}

/** Share of the patterns that counted as a hit; `hits` as counted over the visits of `forEachPattern`. */
export function shareOfPatterns(hits: number, columns: number): number {
  return columns > EXACT_SEEDS ? (hits + 1) / (DRAWS + 1) : hits / 2 ** Math.max(0, columns - 1);
}

/** Sums of the columns [from, to) under each of their patterns, pattern after pattern, rows side by side. */
function partialSums(differences: readonly (readonly number[])[], from: number, to: number): Float64Array {
  const rows = differences.length;
  const isLast = to === (differences[0]?.length ?? 0);
  const flipped = Math.max(0, to - from - (isLast ? 1 : 0));
  const sums = new Float64Array(rows * 2 ** flipped);
  for (let pattern = 0; pattern < 2 ** flipped; pattern++) {
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = from; column < to; column++) {
        const value = differences[row]![column]!;
        sum += (pattern >> (column - from)) & 1 ? -value : value;
      }
      sums[pattern * rows + row] = sum;
    }
  }
  return sums;
}

/** The seeded sample: the same data give the same p, whenever and wherever they are computed. */
function forEachDraw(differences: readonly (readonly number[])[], visit: (sums: Float64Array) => void): void {
  const rows = differences.length;
  const columns = differences[0]!.length;
  const sums = new Float64Array(rows);
  for (let draw = 0; draw < DRAWS; draw++) {
    const stream = new Stream(0, 'sign-flip', draw);
    let signs = 0;
    sums.fill(0);
    for (let column = 0; column < columns; column++) {
      if (column % 32 === 0) signs = stream.word();
      const sign = (signs >>> (column % 32)) & 1 ? -1 : 1;
      for (let row = 0; row < rows; row++) sums[row]! += sign * differences[row]![column]!;
    }
    visit(sums);
  }
}
