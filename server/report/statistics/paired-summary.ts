import { mean, standardDeviation } from './moments.ts';
import { studentQuantile } from './student.ts';

export interface PairedSummary {
  n: number;
  mean: number;
  sd: number | null;
  /** Student's 95 % interval of the mean; null for a single pair, which says nothing about its own spread. */
  low: number | null;
  high: number | null;
}

/** Mean, spread and interval of paired differences; null where there is no pair. */
export function summarisePairs(differences: readonly number[]): PairedSummary | null {
  const n = differences.length;
  if (n === 0) return null;
  const center = mean(differences);
  const sd = standardDeviation(differences);
  if (sd === null) return { n, mean: center, sd, low: null, high: null };
  const half = (studentQuantile(0.95, n - 1) * sd) / Math.sqrt(n);
  return { n, mean: center, sd, low: center - half, high: center + half };
}
