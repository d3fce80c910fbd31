import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { isSignificant, testFamily } from './family.ts';
import type { MetricView } from './metric-view.ts';
import { pairBySeed } from './run-values.ts';
import { shownP, type Correction } from './shown-p.ts';
import type { TableRow } from './table.ts';

/** How a row stands to the best one. */
export interface Standing {
  /** Bold: it has the best mean. */
  best: boolean;
  /** A dot: the test could show that it differs from the best row, and does not. */
  likeBest: boolean;
}

/**
 * The best row, or rows with equal means, and those that are not shown to differ from it. Only rows with the largest n
 * can be the best: a mean of fewer seeds is of easier or harder ones. So can no row of a single seed, whose place is
 * luck, and no row of which runs diverged, whose mean is that of the survivors.
 *
 * @param bySeed for every row its values by seed
 */
export function rankRows(
  rows: readonly TableRow[],
  bySeed: readonly ReadonlyMap<number, number>[],
  metric: MetricView,
  correction: Correction,
  looks: number,
): Standing[] {
  const most = Math.max(0, ...rows.map(({ n }) => n));
  const isCandidate = ({ n, diverged }: TableRow) => metric.directed && n > 1 && n === most && diverged === 0;
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const valueOf = ({ mean }: TableRow) => sign * toTwelveDigits(mean!);
  const top = rows.filter(isCandidate).reduce((best, row) => Math.max(best, valueOf(row)), -Infinity);
  const isBest = rows.map((row) => isCandidate(row) && valueOf(row) === top);
  const best = isBest.indexOf(true);
  if (best < 0) return rows.map(() => ({ best: false, likeBest: false }));
  const { corrected, tooFew } = testFamily(
    rows.map(({ diverged, sameAs }, index) => ({
      differences:
        isBest[index] || diverged > 0 ? new Map<number, number>() : pairBySeed(bySeed[index]!, bySeed[best]!),
      sameAs,
      identical: false,
    })),
    looks,
  );
  return rows.map((_, index) => ({
    best: isBest[index]!,
    likeBest: !tooFew[index] && !isSignificant(shownP(corrected[index]!, correction)),
  }));
}
