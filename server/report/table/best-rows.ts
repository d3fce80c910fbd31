import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { isSignificant, testFamily } from './family.ts';
import type { MetricView } from './metric-view.ts';
import { pairBySeed } from './run-values.ts';
import type { TableRow } from './table.ts';

/**
 * Which rows are bold: the best mean, and every row whose difference to it is not significant, by the same test over
 * the family of these differences. A row of a single seed is never bold: its place is luck. Nor is a row of which runs
 * diverged: its mean is that of the survivors.
 *
 * @param bySeed for every row its values by seed
 */
export function findBest(
  rows: readonly TableRow[],
  bySeed: readonly ReadonlyMap<number, number>[],
  metric: MetricView,
  looks: number,
): boolean[] {
  const candidates = rows
    .map((row, index) => ({ row, index }))
    .filter(({ row }) => metric.directed && row.n > 1 && row.diverged === 0);
  if (candidates.length === 0) return rows.map(() => false);
  const sign = metric.goal === 'maximize' ? 1 : -1;
  const valueOf = ({ mean }: TableRow) => sign * toTwelveDigits(mean!);
  const best = candidates.reduce((top, next) => (valueOf(next.row) > valueOf(top.row) ? next : top)).index;
  const { corrected } = testFamily(
    rows.map((row, index) => ({
      differences: index === best ? new Map<number, number>() : pairBySeed(bySeed[index]!, bySeed[best]!),
      sameAs: row.sameAs === best ? null : row.sameAs,
      identical: row.sameAs === best || rows[best]!.sameAs === index,
    })),
    looks,
  );
  const isBold = new Set(
    candidates
      .filter(({ index }) => index === best || !isSignificant(corrected[index]!.pMaxT))
      .map(({ index }) => index),
  );
  return rows.map((_, index) => isBold.has(index));
}
