import { readResults } from '../store/reading/read-results.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import type { SweepResults } from '../sweep/results.ts';
import { HttpError } from './http-error.ts';

/** How many points one answer may be computed from. */
export const MOST_POINTS = 10_000_000;

/**
 * A sweep with the curves of these metrics. Refuses where the curves have more points than one answer may be computed
 * from.
 *
 * @param dispensable a metric that is left out where the points are too many with it
 */
export async function resultsFor(
  storage: Storage,
  sweepId: number,
  metrics: string[],
  dispensable: string | null = null,
): Promise<SweepResults> {
  const sweep = (await readSweep(storage, sweepId))!;
  const points = pointsOf(sweep, metrics);
  if (points <= MOST_POINTS) return readResults(storage, sweepId, metrics)!;
  if (dispensable !== null)
    return resultsFor(
      storage,
      sweepId,
      metrics.filter((name) => name !== dispensable),
    );
  throw new HttpError(
    'too-large',
    `Cannot compare the runs of ${sweep.id} by ${metrics.join(', ')}: about ${Math.round(points)} points, ` +
      `more than ${MOST_POINTS}; choose a metric of evaluations (val/…)`,
  );
}

function pointsOf({ batches, armList, counts }: SweepRecord, metrics: string[]): number {
  const runs = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const evaluations = Math.max(...armList.map(({ training }) => training.batches / training.evalEvery + 2));
  const perBatch = metrics.filter((name) => name.startsWith('train/')).length;
  return batches * perBatch + runs * evaluations * (metrics.length - perBatch);
}
