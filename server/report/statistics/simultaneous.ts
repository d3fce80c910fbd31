import { DRAWS, EXACT_SEEDS } from '../../sweep/plan/smallest-p.ts';
import { mean, SAME } from './moments.ts';
import { forEachBlock, memoryOfBlocks } from './sign-patterns.ts';
import { studentQuantile } from './student.ts';

/**
 * The factor c of simultaneous intervals, mean ± c · sd/√n, that cover together in 95 % of all repetitions.
 *
 * Where all rows have the same seeds, c is the 95 % quantile over the patterns of signs of the largest |t| of all rows,
 * signs flipped per seed in all rows alike. The differences are centred first: what their patterns show is how far
 * means stray that are truly 0. c is never under Student's. Where rows have seeds of their own, each row has the factor
 * of Bonferroni, the 1 − 0.025/m quantile of Student's t.
 *
 * @param rows the family: differences by seed, null where a row has none; each row has two or more
 * @returns a factor for each row; ∞ where the patterns bound nothing
 */
export function simultaneousFactors(rows: readonly (readonly (number | null)[])[]): number[] {
  const values = rows.map((row) => row.filter((value) => value !== null));
  const isWhole = rows.every((row) => !row.includes(null));
  if (!isWhole) return values.map(({ length }) => studentQuantile(1 - 0.05 / rows.length, length - 1));
  const n = rows[0]?.length ?? 0;
  if (n < 2) return [];
  const share = upperQuantile(largestShares(values.map(centred)), 0.95);
  const squared = share >= 1 - SAME ? Infinity : ((n - 1) * share) / (1 - share);
  const factor = Math.max(studentQuantile(0.95, n - 1), Math.sqrt(squared));
  return rows.map(() => factor);
}

function centred(values: readonly number[]): number[] {
  const center = mean(values);
  const largest = Math.max(...values.map(Math.abs));
  // What is left of equal values is rounding.
  return values.map((value) => (Math.abs(value - center) <= SAME * largest ? 0 : value - center));
}

/**
 * Per pattern, the largest r² = S²/(nΣd²) of all rows, which orders as t² = (n − 1) r²/(1 − r²) does and needs no
 * division. A row without any spread has 0.
 */
function largestShares(rows: readonly (readonly number[])[]): Float64Array {
  const n = rows[0]!.length;
  const scaled = rows.map((row) => {
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    return { slack: 0, scale: squares > 0 ? 1 / (n * squares) : 0, freedom: n - 1 };
  });
  const patterns = n > EXACT_SEEDS ? DRAWS : 2 ** (n - 1);
  const memory = memoryOfBlocks(rows.length, n, patterns);
  const largest = memory.array(patterns);
  let block = largest;
  let from = 0;
  forEachBlock(rows, memory, (row, parts, part) => {
    if (row === rows.length - 1) block = largest.subarray(from, (from += parts.length));
    memory.shares(block, parts, part, scaled[row]!, Infinity);
  });
  return largest;
}

/** The smallest value that at least `share` of the values do not exceed. */
function upperQuantile(values: Float64Array, share: number): number {
  const sorted = values.sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length - SAME) - 1)] ?? 0;
}
