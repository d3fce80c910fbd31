import { createHash } from 'node:crypto';
import { holm } from '../statistics/holm.ts';
import { maxT } from '../statistics/max-t.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';

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

export interface Corrected {
  p: number;
  pHolm: number;
  pMaxT: number;
}

export interface Family {
  /** In the order of the comparisons. */
  corrected: Corrected[];
  /** How many comparisons were counted: one computation is tested, and corrected for, once. */
  counted: number;
  /** The largest number of differences in one row that are not zero: it decides how small a p can be. */
  reach: number;
}

/** p-values of every comparison of a family. */
export function testFamily(comparisons: readonly Comparison[]): Family {
  const counted = comparisons.map((_, index) => index).filter((index) => isCounted(comparisons[index]!));
  const seeds = [...new Set(counted.flatMap((index) => [...comparisons[index]!.differences.keys()]))].sort(
    (a, b) => a - b,
  );
  const tested = testOnce(
    counted.map((index) => [...comparisons[index]!.differences.values()]),
    counted.map((index) => seeds.map((seed) => comparisons[index]!.differences.get(seed) ?? null)),
  );
  const byIndex = new Map(counted.map((index, k) => [index, tested[k]!]));
  const corrected = comparisons.map(
    ({ sameAs }, index) => byIndex.get(index) ?? byIndex.get(sameAs ?? -1) ?? { p: 1, pHolm: 1, pMaxT: 1 },
  );
  const nonZero = counted.map(
    (index) => [...comparisons[index]!.differences.values()].filter((value) => value !== 0).length,
  );
  return { corrected, counted: counted.length, reach: Math.max(0, ...nonZero) };
}

/** How many families are remembered. */
const MOST_REMEMBERED = 100;

/** The newest families, by a hash of their differences: every format of a table and its picture ask for the same. */
const remembered = new Map<string, Corrected[]>();

/**
 * @param values of every row, in the order of its runs
 * @param rows the same by seed; null where the row has none
 */
function testOnce(values: number[][], rows: (number | null)[][]): Corrected[] {
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

function isCounted({ sameAs, identical, differences }: Comparison): boolean {
  return sameAs === null && !identical && differences.size > 0;
}
