import { mean } from '../statistics/moments.ts';
import { studentQuantile } from '../statistics/student.ts';
import type { BalancedSlice } from './slices.ts';

/** How much the difference to the control varies with a parameter, in the unit of the metric. */
export interface Importance {
  factor: string;
  /** The standard deviation over the levels, without what the seeds' own spread adds; 0 where that explains it all. */
  size: number;
  /** 95 % interval by the jackknife over seeds, never below 0. */
  low: number;
  high: number;
  /** The smallest p of the contrasts of its levels. */
  p: number | null;
}

/** Fewer seeds say too little of the spread over seeds. */
const LEAST_SEEDS = 6;

/**
 * √V, V = max(0, var(m_l) − s²/n): the variance of the level means without the part that comes from seeds. s² is the
 * residual mean square of the table seeds × levels.
 *
 * @returns null with fewer than six seeds: not estimable
 */
export function importanceOf({ factor, seeds, levels, contrasts }: BalancedSlice): Importance | null {
  const n = seeds.length;
  if (n < LEAST_SEEDS) return null;
  const table = levels.map(({ means }) => means);
  const size = spreadOfLevels(table);
  const without = seeds.map((_, left) => spreadOfLevels(table.map((row) => row.filter((_value, i) => i !== left))));
  const center = mean(without);
  const corrected = n * size - (n - 1) * center;
  const squares = without.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const half = studentQuantile(0.95, n - 1) * Math.sqrt(((n - 1) / n) * squares);
  const tested = contrasts.flatMap(({ p }) => (p === null ? [] : [p]));
  return {
    factor,
    size,
    low: Math.max(0, corrected - half),
    high: Math.max(0, corrected + half),
    p: tested.length === 0 ? null : Math.min(...tested),
  };
}

/** @param table levels × seeds */
function spreadOfLevels(table: readonly (readonly number[])[]): number {
  const [levels, n] = [table.length, table[0]!.length];
  const ofLevel = table.map(mean);
  const ofSeed = table[0]!.map((_, seed) => mean(table.map((row) => row[seed]!)));
  const all = mean(ofLevel);
  const between = ofLevel.reduce((sum, value) => sum + (value - all) ** 2, 0) / (levels - 1);
  let residual = 0;
  table.forEach((row, l) =>
    row.forEach((value, seed) => (residual += (value - ofLevel[l]! - ofSeed[seed]! + all) ** 2)),
  );
  residual /= (levels - 1) * (n - 1);
  return Math.sqrt(Math.max(0, between - residual / n));
}
