import { parseSweepId } from '../store/database/ids.ts';
import { readResults } from '../store/reading/read-results.ts';
import type { SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { patternSums } from '../report/statistics/sign-patterns.ts';
import type { Arm } from '../sweep/arm.ts';
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
  const points = pointsOf({ batches: sweep.batches, armList: sweep.armList, runs: runsOf(sweep) }, metrics);
  if (points > MOST_POINTS && dispensable !== null)
    return resultsFor(
      storage,
      sweep,
      metrics.filter((name) => name !== dispensable),
    );
  refuseTooManyPoints(sweep, metrics, points);
  return readResults(storage, parseSweepId(sweep.id)!, metrics)!;
}

/** The same with the runs of one arm and of its control alone. */
export function resultsForArm(storage: Storage, sweep: SweepRecord, arm: Arm, metrics: string[]): SweepResults {
  const arms = [arm.index, ...(arm.controlIndex === null ? [] : [arm.controlIndex])];
  const armList = arms.map((index) => sweep.armList[index]!);
  const batches = armList.reduce((sum, { training }) => sum + sweep.seeds * training.batches, 0);
  refuseTooManyPoints(sweep, metrics, pointsOf({ batches, armList, runs: sweep.seeds * arms.length }, metrics));
  return readResults(storage, parseSweepId(sweep.id)!, metrics, { arms })!;
}

function refuseTooManyPoints({ id }: SweepRecord, metrics: string[], points: number): void {
  if (points <= MOST_POINTS) return;
  throw new HttpError(
    'too-large',
    `Cannot compare the runs of ${id} by ${metrics.join(', ')}: about ${Math.round(points)} points, ` +
      `more than ${MOST_POINTS}; choose a metric of evaluations (val/…)`,
  );
}

function runsOf({ counts }: SweepRecord): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

interface Asked {
  /** Trained ones, of all runs together. */
  batches: number;
  armList: Arm[];
  runs: number;
}

function pointsOf({ batches, armList, runs }: Asked, metrics: string[]): number {
  const evaluations = armList.reduce(
    (most, { training }) => Math.max(most, training.batches / training.evalEvery + 2),
    0,
  );
  const perBatch = metrics.filter((name) => name.startsWith('train/')).length;
  return batches * perBatch + runs * evaluations * (metrics.length - perBatch);
}
