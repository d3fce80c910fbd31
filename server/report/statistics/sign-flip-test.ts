import { EXACT_SEEDS } from '../../sweep/plan/smallest-p.ts';
import { SAME } from './moments.ts';
import { patternMemory } from './pattern-memory.ts';
import { forEachBlock, halfSums, memoryOfBlocks, shareOfPatterns } from './sign-patterns.ts';

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
  return shareOfPatterns(n > EXACT_SEEDS ? countDraws(differences, least) : countAll(differences, least), n);
}

/**
 * A pattern's sum is the sum of one of the left partial sums and one of the right ones. It never falls as either of
 * them rises, in floating point neither. With the left ones in order, those that reach `least` are the last and those
 * that reach −`least` the first; the next right one, which is larger, moves both ends down. So no pattern is visited by
 * itself.
 */
function countAll(differences: readonly number[], least: number): number {
  const { left, right } = halfSums(differences, patternMemory(0, null));
  if (least <= 0) return left.length * right.length;
  left.sort();
  right.sort();
  let hits = 0;
  let above = left.length;
  let below = left.length;
  for (const part of right) {
    while (above > 0 && left[above - 1]! + part >= least) above--;
    while (below > 0 && left[below - 1]! + part > -least) below--;
    hits += left.length - above + below;
  }
  return hits;
}

function countDraws(differences: readonly number[], least: number): number {
  let hits = 0;
  forEachBlock([differences], memoryOfBlocks(1, differences.length, 0), (_row, parts, part) => {
    for (let i = 0; i < parts.length; i++) if (Math.abs(parts[i]! + part) >= least) hits++;
  });
  return hits;
}
