import { mean } from '../statistics/moments.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { correctForLooks } from '../statistics/looks.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { LEVEL } from '../table/family.ts';
import { commonSeeds, type ComparedArm } from '../factors/compared-arm.ts';

/** What the phase changes on average over the arms of a sweep: one number a seed, one test. */
export interface OverallEffect extends PairedSummary {
  /** How many arms are averaged over. */
  arms: number;
  /** Arms that are not, by cause. */
  leftOut: { dead: number; same: number; ablation: number };
  /** Two-sided sign-flip test; null where it could not reach 0.05. */
  p: number | null;
}

/**
 * The primary test of a sweep, a family of its own: within each seed the mean of the differences of all arms, over the
 * seeds that all of them have. A computation counts once. Arms whose term was dead, and ablations with settings of
 * their own, are left out.
 *
 * @param looks how often it could be tested so far, each time with more seeds
 * @returns null where no arm, or no seed, is left
 */
export function overallEffect(arms: readonly ComparedArm[], looks = 1): OverallEffect | null {
  const paired = arms.filter(({ differences }) => differences.size > 0);
  const ablations = paired.filter(({ isOwnAblation }) => isOwnAblation);
  const dead = paired.filter(({ isOwnAblation, isDead }) => !isOwnAblation && isDead);
  const same = paired.filter((arm) => !arm.isOwnAblation && !arm.isDead && arm.sameAs !== null);
  const counted = paired.filter((arm) => !arm.isOwnAblation && !arm.isDead && arm.sameAs === null);
  const averages = commonSeeds(counted).map((seed) => mean(counted.map(({ differences }) => differences.get(seed)!)));
  const summary = summarisePairs(averages);
  if (summary === null) return null;
  const nonZero = averages.filter((value) => value !== 0).length;
  return {
    ...summary,
    arms: counted.length,
    leftOut: { dead: dead.length, same: same.length, ablation: ablations.length },
    p: smallestP(nonZero, 1).maxT <= LEVEL ? correctForLooks(signFlipTest(averages), looks) : null,
  };
}
