import type { RunResult } from '../../sweep/results.ts';

/** So many standard errors above chance still count as chance. */
const ERRORS = 3;

/**
 * True for a complete run that fell to chance without a number that is not finite: its last accuracy is at most q +
 * 3√(q(1 − q)/images), where q is the share of the largest class. Such a run stays in means and tests, and is counted.
 */
export function isCollapsed({ state, confusion }: Pick<RunResult, 'state' | 'confusion'>): boolean {
  if (state !== 'complete' || confusion === null) return false;
  const sizes = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const images = sizes.reduce((sum, size) => sum + size, 0);
  if (images === 0) return false;
  const largest = Math.max(...sizes) / images;
  const correct = confusion.reduce((sum, row, k) => sum + row[k]!, 0) / images;
  return correct <= largest + ERRORS * Math.sqrt((largest * (1 - largest)) / images);
}
