import { SAME } from './moments.ts';
import { forEachPattern, shareOfPatterns } from './sign-patterns.ts';

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
 * For every row, how many patterns have a q_k that reaches the row's t². Plain arrays, since this runs patterns × rows
 * times.
 */
function countHits(differences: readonly (readonly number[])[], rows: readonly RowStatistic[]): Float64Array {
  const slack = Float64Array.from(rows, (row) => row.slack);
  const scale = Float64Array.from(rows, (row) => row.scale);
  const freedom = Float64Array.from(rows, (row) => row.n - 1);
  const observed = Float64Array.from(rows, (row) => row.observed);
  const hits = new Float64Array(rows.length);
  forEachPattern(differences, (sums) => {
    let largest = 0;
    for (let k = sums.length - 1; k >= 0; k--) {
      const squared = squaredT(Math.abs(sums[k]!) + slack[k]!, scale[k]!, freedom[k]!);
      if (squared > largest) largest = squared;
      if (largest >= observed[k]!) hits[k]!++;
    }
  });
  return hits;
}

interface RowStatistic {
  n: number;
  /** 1/(nΣd²); 0 where all differences are 0. */
  scale: number;
  /**
   * How much a flipped sum may fall short of the observed one and still count as "at least" as large: 1e−9 of the
   * largest difference in the mean.
   */
  slack: number;
  /** Observed t². */
  observed: number;
}

function rowStatistic(row: readonly (number | null)[]): RowStatistic {
  const values = row.filter((value) => value !== null);
  const n = values.length;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const scale = squares > 0 ? 1 / (n * squares) : 0;
  const sum = Math.abs(values.reduce((total, value) => total + value, 0));
  return { n, scale, slack: n * SAME * largest, observed: squaredT(sum, scale, n - 1) };
}

/**
 * t² from the sum alone, because Σd² is the same under every pattern: with r² = S²/(nΣd²), t² = (n − 1) r²/(1 − r²).
 * r² = 1 is "sd = 0"; it is taken as reached within 1e−9, where the difference would be nothing but rounding.
 */
function squaredT(sum: number, scale: number, freedom: number): number {
  if (freedom < 1) return 0; // one difference is its own mean under every pattern: as ∞ it would be a hit in every row
  const share = sum * sum * scale;
  return share >= 1 - SAME ? Infinity : (freedom * share) / (1 - share);
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b - a;
}
