import { DRAWS, EXACT_SEEDS } from '../../sweep/plan/smallest-p.ts';
import { Stream } from '../../sweep/random.ts';

/** How many patterns are looked at together: sums of one row under these stay in the processor's cache. */
const BLOCK = 1_000;

/**
 * The sums of one row of differences under a block of patterns of signs: `parts[i] + part`. They are added where they
 * are looked at, which spares a walk over memory.
 */
export type VisitSums = (row: number, parts: Float64Array, part: number) => void;

/**
 * Visits the sums of rows of differences under patterns of signs of the columns (seeds), the same signs in all rows:
 * block after block of patterns, and for each block all rows, last to first.
 *
 * Where n ≤ 20 the blocks cover all 2ⁿ patterns. Every statistic here is the same for a pattern and its mirror image,
 * so the last column keeps its sign and only half of the patterns are visited. The sum of a pattern is put together
 * from two tables of at most 2¹⁰ partial sums. That costs one addition and, unlike flipping one sign after the other,
 * gathers no rounding error: the pattern without a flip gives the observed sums.
 *
 * @param differences rows × columns; 0 where a row has no value for a seed, which adds nothing to any sum
 */
export function forEachBlock(differences: readonly (readonly number[])[], visit: VisitSums): void {
  const columns = differences[0]?.length ?? 0;
  if (columns > EXACT_SEEDS) return forEachBlockOfDraws(differences, visit);
  const split = Math.floor(columns / 2);
  const left = differences.map((row) => partialSums(row, 0, split, false));
  const right = differences.map((row) => partialSums(row, split, columns, true));
  for (let block = 0; block < (right[0]?.length ?? 0); block++)
    for (let row = differences.length - 1; row >= 0; row--) visit(row, left[row]!, right[row]![block]!);
}

/** Share of the patterns that counted as a hit; `hits` as counted over the visits of `forEachBlock`. */
export function shareOfPatterns(hits: number, columns: number): number {
  return columns > EXACT_SEEDS ? (hits + 1) / (DRAWS + 1) : hits / 2 ** Math.max(0, columns - 1);
}

/** How many sums `forEachBlock` makes for one row of so many columns. */
export function patternSums(columns: number): number {
  return columns > EXACT_SEEDS ? DRAWS * columns : 2 ** Math.max(0, columns - 1);
}

/** Sums of the columns [from, to) of a row under each of their patterns. */
function partialSums(row: readonly number[], from: number, to: number, isLast: boolean): Float64Array {
  const flipped = Math.max(0, to - from - (isLast ? 1 : 0));
  const sums = new Float64Array(2 ** flipped);
  for (let pattern = 0; pattern < sums.length; pattern++) {
    let sum = 0;
    for (let column = from; column < to; column++) {
      const value = row[column]!;
      sum += (pattern >> (column - from)) & 1 ? -value : value;
    }
    sums[pattern] = sum;
  }
  return sums;
}

function forEachBlockOfDraws(differences: readonly (readonly number[])[], visit: VisitSums): void {
  const columns = differences[0]!.length;
  const words = drawnSigns(Math.ceil(columns / 32));
  const sums = new Float64Array(BLOCK);
  for (let block = 0; block < DRAWS / BLOCK; block++) {
    for (let row = differences.length - 1; row >= 0; row--) {
      sums.fill(0);
      for (let column = 0; column < columns; column++)
        addSigned(sums, differences[row]![column]!, words[column >> 5]!, column & 31, block * BLOCK);
      visit(row, sums, 0);
    }
  }
}

/** Adds a value or its negative, as one bit of each of the words from `first` on says; without a branch to guess. */
function addSigned(sums: Float64Array, value: number, words: Int32Array, bit: number, first: number): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += value * (1 - 2 * ((words[first + i]! >>> bit) & 1));
}

/** The words of signs that were drawn so far: all rows of all tables need the same. */
const drawn: Int32Array[] = [];

/**
 * The seeded sample: the same data give the same p, whenever and wherever they are computed.
 *
 * @returns for every 32 columns, a word of signs for each draw
 */
function drawnSigns(words: number): Int32Array[] {
  if (drawn.length < words) {
    drawn.splice(0, drawn.length, ...Array.from({ length: words }, () => new Int32Array(DRAWS)));
    for (let draw = 0; draw < DRAWS; draw++) {
      const stream = new Stream(0, 'sign-flip', draw);
      for (const signs of drawn) signs[draw] = stream.word();
    }
  }
  return drawn;
}
