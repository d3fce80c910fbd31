import { SAME } from './moments.ts';
import type { FollowedRow } from './pattern-memory.ts';
import { blockLength, forEachBlock, memoryOfBlocks, shareOfPatterns } from './sign-patterns.ts';
import { squaredT } from './squared-t.ts';

/**
 * Westfall and Young's step-down max-T correction (Resampling-Based Multiple Testing, 1993, algorithm 4.1). Signs are
 * flipped per seed, the same in all rows: rows that share a control, and so its luck, move together as they did in the
 * data. That keeps the power that Holm loses as rows are added.
 *
 * For every row t = mean / (sd/√n) of its differences. Where sd = 0, t is ∞, or 0 if the mean is 0 too. Where there is
 * one difference, which has no sd, t is 0 as well. Rows are sorted by |t|, largest first. For each pattern, q_k is the
 * largest flipped |t| among row k and the rows after it. The value of a row is the share of patterns with q_k ≥ its
 * |t|, made monotone down the order.
 *
 * @param rows one row of differences per comparison, columns are seeds; null where the row has no pair for the seed
 * @returns the corrected p of each row, in the order given
 */
export function maxT(rows: readonly (readonly (number | null)[])[]): number[] {
  const columns = rows[0]?.length ?? 0;
  const statistics = rows.map(rowStatistic);
  const order = rows
    .map((_, index) => index)
    .sort((a, b) => descending(statistics[a]!.observed, statistics[b]!.observed));
  const sorted = order.map((index) => statistics[index]!);
  const hits = countHits(
    order.map((index) => rows[index]!.map((value) => value ?? 0)),
    sorted,
  );
  const corrected = new Array<number>(rows.length);
  let running = 0;
  order.forEach((index, k) => {
    running = Math.max(running, shareOfPatterns(hits[k]!, columns));
    corrected[index] = running;
  });
  return corrected;
}

/**
 * For every row, how many patterns have a q_k that reaches the row's t². Rows come last to first, so that what is the
 * largest so far is that of the row and the rows after it.
 */
function countHits(differences: readonly (readonly number[])[], rows: readonly RowStatistic[]): Float64Array {
  const hits = new Float64Array(rows.length);
  // With equal n, r² orders as t² does, and no pattern needs a division.
  const n = rows[0]?.n ?? 0;
  const byShare = n > 1 && rows.every((row) => row.n === n);
  const limits = rows.map(({ observed, observedShare }) =>
    byShare ? smallestShare(observed, observedShare, n - 1) : observed,
  );
  const columns = differences[0]?.length ?? 0;
  const memory = memoryOfBlocks(rows.length, columns, blockLength(columns));
  const largest = memory.array(blockLength(columns));
  forEachBlock(differences, memory, (row, parts, part) => {
    if (row === rows.length - 1) largest.fill(0);
    hits[row]! += (byShare ? memory.shares : memory.squares)(largest, parts, part, rows[row]!, limits[row]!);
  });
  return hits;
}

/**
 * The smallest r² whose t² reaches the observed one. It is that of the observed sum or hardly less: t² never falls as
 * r² rises, in floating point neither, and rises faster than r² does.
 */
function smallestShare(observed: number, observedShare: number, freedom: number): number {
  if (observed === Infinity) return 1 - SAME;
  for (let share = observedShare; ;) {
    const below = share - (share * Number.EPSILON) / 2; // the next double, or the same where there is none
    if (below === share || squaredT(below, freedom) < observed) return share;
    share = below;
  }
}

interface RowStatistic extends FollowedRow {
  n: number;
  /** Observed r². */
  observedShare: number;
  /** Observed t². */
  observed: number;
}

function rowStatistic(row: readonly (number | null)[]): RowStatistic {
  const values = row.filter((value) => value !== null);
  const n = values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  // 0 where all differences are 0. One difference is its own mean under every pattern: t² = ∞ would be a hit in every
  // row.
  const scale = squares > 0 && n > 1 ? 1 / (n * squares) : 0;
  const sum = Math.abs(values.reduce((total, value) => total + value, 0));
  const observedShare = sum * sum * scale; // S²/(nΣd²): the sum alone decides it, Σd² is the same under every pattern
  return {
    n,
    scale,
    // How far a flipped sum may fall short of the observed one and still count as "at least" as large: 1e−9 of the
    // largest difference in the mean.
    slack: n * SAME * largest,
    freedom: n - 1,
    observedShare,
    observed: squaredT(observedShare, n - 1),
  };
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b - a;
}
