import { parseRunId } from '../database/ids.ts';
import { readCurve } from './read-curve.ts';
import { readResults } from './read-results.ts';
import type { Storage } from '../database/storage.ts';
import type { Curve, SweepResults } from '../../sweep/results.ts';

/**
 * A sweep whose curves are read when they are looked at: all of them at once may not fit into memory. Without confusion
 * matrices.
 *
 * @param runId this run alone
 */
export function readLazyResults(
  storage: Storage,
  sweepId: number,
  metrics: readonly string[],
  runId?: number,
): SweepResults {
  const results = readResults(storage, sweepId, [], { confusion: false, ...(runId === undefined ? {} : { runId }) })!;
  for (const run of results.runs) {
    for (const metric of metrics) {
      Object.defineProperty(run.curves, metric, {
        enumerable: true,
        get: (): Curve => readCurve(storage, parseRunId(run.id)!, metric),
      });
    }
  }
  return results;
}
