import { createHash } from 'node:crypto';
import { holm } from '../statistics/holm.ts';
import { correctForLooks } from '../statistics/looks.ts';
import { maxT } from '../statistics/max-t.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { smallestP } from '../../sweep/plan/smallest-p.ts';

/** Marks and bold go by this level. */
export const LEVEL = 0.05;

/** True where a difference counts as shown; a row that is not tested shows nothing. */
export function isSignificant(p: number | null): boolean {
  return p !== null && p < LEVEL;
}

/** The paired differences of one row of a family, by seed. */
export interface Comparison {
  differences: ReadonlyMap<number, number>;
  /**
   * Index of an earlier comparison that is the same computation; only the earlier one is counted. null where this
   * comparison is counted itself.
   */
  sameAs: number | null;
  /** True where the row and the arm it is compared with are one computation: nothing is tested, p is 1. */
  identical: boolean;
}

/** All three are null where the row has too few seeds to be tested. */
export interface Corrected {
  p: number | null;
  pHolm: number | null;
  pMaxT: number | null;
}

type Tested = { [Test in keyof Corrected]: number };

export interface Family {
  /** In the order of the comparisons. */
  corrected: Corrected[];
  /** How many comparisons were counted: one computation is tested, and corrected for, once. */
  counted: number;
  /** The largest number of differences in one row that are not zero: it decides how small a p can be. */
  reach: number;
  /** True for a comparison that has too few differences that are not zero to be tested. */
  tooFew: boolean[];
  /** True for a comparison that is counted. */
  isMember: boolean[];
}

/** The rows that are compared with a control or baseline, and the ablations that are compared with their parents. */
export interface Families {
  arms: Family;
  ablations: Family;
}

/**
 * p-values of every comparison of a family.
 *
 * A row that no pattern of signs could make significant is not tested, and not counted. Its few near-equal seeds can
 * have the largest t of all, and "monotone down the order" would then lift every other row to its p. Which rows these
 * are depends on the sizes of the differences alone, which flipped signs keep, so the test stays exact.
 *
 * @param looks how often these comparisons could be tested so far, each time with more seeds
 */
export function testFamily(comparisons: readonly Comparison[], looks = 1): Family {
  const counted = comparisons.map((_, index) => index).filter((index) => isCounted(comparisons[index]!));
  const seeds = [...new Set(counted.flatMap((index) => [...comparisons[index]!.differences.keys()]))].sort(
    (a, b) => a - b,
  );
  const tested = testOnce(
    counted.map((index) => [...comparisons[index]!.differences.values()]),
    counted.map((index) => seeds.map((seed) => comparisons[index]!.differences.get(seed) ?? null)),
  );
  const byIndex = new Map(counted.map((index, k) => [index, correct(tested[k]!, looks)]));
  const tooFew = comparisons.map((comparison) => !comparison.identical && !canReachLevel(comparison));
  const corrected = comparisons.map(({ sameAs }, index): Corrected => {
    if (tooFew[index]) return { p: null, pHolm: null, pMaxT: null };
    return byIndex.get(index) ?? byIndex.get(sameAs ?? -1) ?? { p: 1, pHolm: 1, pMaxT: 1 };
  });
  const reach = comparisons.filter(isOwn).reduce((most, comparison) => Math.max(most, countNonZero(comparison)), 0);
  return { corrected, counted: counted.length, reach, tooFew, isMember: comparisons.map(isCounted) };
}

function correct({ p, pHolm, pMaxT }: Tested, looks: number): Tested {
  return { p: correctForLooks(p, looks), pHolm: correctForLooks(pHolm, looks), pMaxT: correctForLooks(pMaxT, looks) };
}

/** How many families are remembered. */
const MOST_REMEMBERED = 100;

/** The newest families, by a hash of their differences: every format of a table and its picture ask for the same. */
const remembered = new Map<string, Tested[]>();

/**
 * @param values of every row, in the order of its runs
 * @param rows the same by seed; null where the row has none
 */
function testOnce(values: number[][], rows: (number | null)[][]): Tested[] {
  const key = createHash('sha256')
    .update(JSON.stringify([values, rows]))
    .digest('hex');
  const known = remembered.get(key);
  if (known) return known;
  const p = values.map(signFlipTest);
  const pHolm = holm(p);
  const pMaxT = maxT(rows);
  const tested = p.map((_, k) => ({ p: p[k]!, pHolm: pHolm[k]!, pMaxT: pMaxT[k]! }));
  remembered.set(key, tested);
  if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!);
  return tested;
}

/** A computation of its own, which is not its reference's. */
function isOwn({ sameAs, identical, differences }: Comparison): boolean {
  return sameAs === null && !identical && differences.size > 0;
}

function isCounted(comparison: Comparison): boolean {
  return isOwn(comparison) && canReachLevel(comparison);
}

/** Differences of zero take no part: flipped or not, they are the same. */
function canReachLevel(comparison: Comparison): boolean {
  return smallestP(countNonZero(comparison), 1).maxT <= LEVEL;
}

function countNonZero({ differences }: Comparison): number {
  let count = 0;
  for (const value of differences.values()) if (value !== 0) count++;
  return count;
}
