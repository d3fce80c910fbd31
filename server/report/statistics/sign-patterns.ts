import { DRAWS, EXACT_SEEDS } from '../../sweep/plan/smallest-p.ts';
import { Stream } from '../../sweep/random.ts';
import { patternMemory, type PatternMemory } from './pattern-memory.ts';

/** How many patterns are looked at together: sums of one row under these stay in the processor's cache. */
const BLOCK = 1_000;

/**
 * The sums of one row of differences under a block of patterns of signs: `parts[i] + part`. They are added where they
 * are looked at, which spares a walk over memory.
 */
export type VisitSums = (row: number, parts: Float64Array, part: number) => void;

/** The memory that `forEachBlock` needs for rows of so many columns, with room for `more` doubles of the caller's. */
export function memoryOfBlocks(rows: number, columns: number, more: number): PatternMemory {
  return patternMemory((columns > EXACT_SEEDS ? BLOCK : rows * blockLength(columns)) + more);
}

/** How many patterns a block has. */
export function blockLength(columns: number): number {
  return columns > EXACT_SEEDS ? BLOCK : 2 ** Math.floor(columns / 2);
}

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
 * @param memory of `memoryOfBlocks`: what is visited lies in it
 */
export function forEachBlock(
  differences: readonly (readonly number[])[],
  memory: PatternMemory,
  visit: VisitSums,
): void {
  const columns = differences[0]?.length ?? 0;
  if (columns > EXACT_SEEDS) return forEachBlockOfDraws(differences, memory, visit);
  const tables = differences.map((row) => halfSums(row, memory));
  for (let block = 0; block < (tables[0]?.right.length ?? 0); block++)
    for (let row = differences.length - 1; row >= 0; row--) visit(row, tables[row]!.left, tables[row]!.right[block]!);
}

/** The two tables of a row: the sum of a pattern is one of `left` and one of `right`. */
export function halfSums(row: readonly number[], memory: Pick<PatternMemory, 'array'>) {
  const columns = row.length;
  const split = Math.floor(columns / 2);
  const flipped = Math.max(0, columns - split - 1); // the last column keeps its sign
  return {
    left: putSums(memory.array(2 ** split), row, 0, split),
    right: putSums(new Float64Array(2 ** flipped), row, split, columns),
  };
}

/** Share of the patterns that counted as a hit; `hits` as counted over the visits of `forEachBlock`. */
export function shareOfPatterns(hits: number, columns: number): number {
  return columns > EXACT_SEEDS ? (hits + 1) / (DRAWS + 1) : hits / 2 ** Math.max(0, columns - 1);
}

/** How many sums `forEachBlock` makes for one row of so many columns. */
export function patternSums(columns: number): number {
  return columns > EXACT_SEEDS ? DRAWS * columns : 2 ** Math.max(0, columns - 1);
}

/**
 * Sums of the columns [from, to) of a row under patterns of their signs, as many as `sums` has room for: columns whose
 * turn does not come keep theirs. Each sum is added up from the first column to the last.
 */
function putSums(sums: Float64Array, row: readonly number[], from: number, to: number): Float64Array {
  let patterns = 1;
  for (let column = from; column < to; column++) {
    const value = row[column]!;
    const isFlipped = patterns < sums.length;
    for (let pattern = 0; pattern < patterns; pattern++) {
      const sum = sums[pattern]!;
      if (isFlipped) sums[patterns + pattern] = sum - value;
      sums[pattern] = sum + value;
    }
    if (isFlipped) patterns *= 2;
  }
  return sums;
}

function forEachBlockOfDraws(
  differences: readonly (readonly number[])[],
  memory: PatternMemory,
  visit: VisitSums,
): void {
  const columns = differences[0]!.length;
  const words = drawnSigns(Math.ceil(columns / 32));
  const sums = memory.array(BLOCK);
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
