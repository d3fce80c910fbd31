import { SAME } from './moments.ts';
import { forEachBlock, shareOfPatterns } from './sign-patterns.ts';

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
  forEachBlock([differences], (_row, parts, part) => {
    hits += countFrom(parts, part, least);
  });
  return shareOfPatterns(hits, n);
}

function countFrom(parts: Float64Array, part: number, least: number): number {
  let hits = 0;
  for (let i = 0; i < parts.length; i++) if (Math.abs(parts[i]! + part) >= least) hits++;
  return hits;
}
