import type { Curve } from '../sweep/results.ts';
import { median } from './moments.ts';

/** The first evaluation at or above the target; ∞ for a curve that never gets there. */
export function firstAtOrAbove(curve: Curve | undefined, target: number): number {
  const at = curve?.values.findIndex((value) => value !== null && value >= target) ?? -1;
  return at < 0 ? Infinity : curve!.batches[at]!;
}

/** Median over seeds, a run that never reaches the target counting as infinite; null where the median is. */
export function summariseReach(batches: readonly number[]): { median: number | null; reached: number } {
  const middle = median(batches);
  return { median: Number.isFinite(middle) ? middle : null, reached: batches.filter(Number.isFinite).length };
}
