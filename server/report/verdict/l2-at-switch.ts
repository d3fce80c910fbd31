import type { SweepResults } from '../../sweep/results.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import { listTrunks } from '../curves/trunks.ts';
import { WINDOW } from '../probe/probe-report.ts';
import { quantile } from '../statistics/quantile.ts';

/** An ε under this quantile of L2 lets the term act in nine batches of ten. */
const SHARE = 0.1;

/**
 * The L2 that an ε has to be under for the term to act where the arms switch: the 10 % quantile over the batches before
 * N of all seeds, or over the first batches where N is 0; the smallest of all N and trunks.
 *
 * @param results with the curves of the trunks
 * @returns null where no trunk is trained
 */
export function l2AtSwitch(results: SweepResults): number | null {
  const quantiles = listTrunks(results).flatMap(({ arms, seeds }) => {
    const switches = [...new Set(arms.filter(hasIntraPhase).map(({ N }) => N))];
    return switches.map((N) => {
      const [from, to] = N === 0 ? [0, WINDOW] : [Math.max(0, N - WINDOW), N];
      const values = seeds.flatMap(({ curves }) => curves['train/intraClass'].slice(from, to)).filter(Number.isFinite);
      return quantile(
        values.sort((a, b) => a - b),
        SHARE,
      );
    });
  });
  const known = quantiles.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : Math.min(...known);
}
