import { DRAWS, EXACT_SEEDS } from '../../sweep/plan/smallest-p.ts';

/**
 * The test as notes and JSON name it.
 *
 * @param seeds of the row with the most
 */
export function describeTest(seeds: number): string {
  return seeds > EXACT_SEEDS
    ? `two-sided sign-flip test of the paired differences, ${DRAWS.toLocaleString('en')} seeded draws`
    : `two-sided exact sign-flip test of the paired differences, all 2^${seeds} patterns of signs`;
}

/** The corrections for several rows as notes and JSON name them. */
export const CORRECTION_WORDS = {
  maxT: "Westfall and Young's step-down max-T, signs flipped per seed",
  holm: "Holm's method",
  none: 'nothing: p is not corrected for the number of rows',
};
