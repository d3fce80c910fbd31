import { chiSquareQuantile } from './chi-square.ts';
import { standardDeviation } from './moments.ts';

/** More seeds than anybody trains for one question. */
const MOST_SEEDS = 200;
/** No two-sided test over fewer pairs can reach 0.05. */
const LEAST_SEEDS = 6;
/** A change that is smaller than this share of the spread is not looked for. */
const SMALLEST_SHARE = 0.1;
/** The quantiles of the normal distribution for a two-sided level of 0.05 and a power of 0.8. */
const REACH = 1.96 + 0.84;

/** `notWorth`: the change is too small beside the spread. `tooMany`: more than 200. */
export type NeededSeeds = number | 'notWorth' | 'tooMany';

/**
 * How many seeds show a change δ by a paired test at 0.05 with a power of 0.8: the least n ≥ 6 with n ≥ 2 + (2.8 s/δ)².
 * s is the spread that the differences may have: their sd, raised to the upper end of its one-sided 80 % interval,
 * because a few differences often show less spread than there is.
 *
 * @param differences paired differences of one arm, at least four
 * @param change δ, in the unit of the differences and above 0
 * @returns null where there are too few differences to know their spread
 */
export function neededSeeds(differences: readonly number[], change: number): NeededSeeds | null {
  const n = differences.length;
  const spread = n < 4 ? null : standardDeviation(differences);
  if (spread === null) return null;
  const s = spread * Math.sqrt((n - 1) / chiSquareQuantile(0.2, n - 1));
  if (!(change > 0) || change < SMALLEST_SHARE * s) return 'notWorth';
  const least = Math.max(LEAST_SEEDS, Math.ceil(2 + ((REACH * s) / change) ** 2));
  return least > MOST_SEEDS ? 'tooMany' : least;
}
