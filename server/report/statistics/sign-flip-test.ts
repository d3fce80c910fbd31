import { SAME } from './moments.ts';
import { forEachPattern, shareOfPatterns } from './sign-patterns.ts';

/**
 * Two-sided sign-flip test of paired differences: the share of all patterns of signs whose |mean| is at least the
 * observed one. "At least" means within 1e−9 of it, relative to the largest difference, so that ties are ties whatever
 * the rounding.
 *
 * Example: [1, 2, 3] → 0.25, two of the eight patterns (none flipped, all flipped) reach |6|.
 */
export function signFlipTest(differences: readonly number[]): number {
  const n = differences.length;
  const largest = differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  const least = observed - n * SAME * largest;
  let hits = 0;
  forEachPattern([differences], (sums) => {
    if (Math.abs(sums[0]!) >= least) hits++;
  });
  return shareOfPatterns(hits, n);
}
