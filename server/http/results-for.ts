import { parseSweepId } from '../store/database/ids.ts';
import { readResults } from '../store/reading/read-results.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { patternSums } from '../report/statistics/sign-patterns.ts';
import type { SweepResults } from '../sweep/results.ts';
import { HttpError } from './http-error.ts';

/** How many points one answer may be computed from. */
export const MOST_POINTS = 10_000_000;

/** How many sums of differences one answer may be computed from: about a minute. */
const MOST_SUMS = 20_000_000_000;
/** A table tests its rows against their controls, and against the best row. */
const FAMILIES = 2;

/** Refuses tables whose tests would take too long. */
export function refuseTooManySums({ id, arms, seeds }: Pick<SweepRecord, 'id' | 'arms' | 'seeds'>, metrics: number) {
  const sums = metrics * FAMILIES * arms * patternSums(seeds);
  if (sums > MOST_SUMS)
    throw new HttpError(
      'too-large',
      `Cannot test the differences of ${id}: ${arms} arms × ${seeds} seeds × ${metrics} metrics have ` +
        `${sums} sums, more than ${MOST_SUMS}; ` +
        'ask for fewer metrics at once, or use cosweep export',
    );
}

/**
 * A sweep with the curves of these metrics. Refuses where the curves have more points than one answer may be computed
 * from.
 *
 * @param dispensable a metric that is left out where the points are too many with it
 */
export function resultsFor(
  storage: Storage,
  sweep: SweepRecord,
  metrics: string[],
  dispensable: string | null = null,
): SweepResults {
  const points = pointsOf(sweep, metrics);
  if (points <= MOST_POINTS) return readResults(storage, parseSweepId(sweep.id)!, metrics)!;
  if (dispensable !== null)
    return resultsFor(
      storage,
      sweep,
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
  const evaluations = armList.reduce(
    (most, { training }) => Math.max(most, training.batches / training.evalEvery + 2),
    0,
  );
  const perBatch = metrics.filter((name) => name.startsWith('train/')).length;
  return batches * perBatch + runs * evaluations * (metrics.length - perBatch);
}
