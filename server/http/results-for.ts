import { readResults } from '../store/read-results.ts';
import { readSweep } from '../store/read-sweep.ts';
import type { Storage } from '../store/storage.ts';
import type { SweepResults } from '../sweep/results.ts';
import { HttpError } from './http-error.ts';

/** Points that one answer may be computed from. */
const mostPoints = 10_000_000;

/** A sweep with these metrics' curves, unless that is more than one request may cost. */
export async function resultsFor(storage: Storage, sweepId: number, metrics: string[]): Promise<SweepResults> {
  const { id, batches, armList, counts } = (await readSweep(storage, sweepId))!;
  const runs = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const evaluations = Math.max(...armList.map(({ training }) => training.batches / training.evalEvery + 2));
  const perBatch = metrics.filter((name) => name.startsWith('train/')).length;
  const points = batches * perBatch + runs * evaluations * (metrics.length - perBatch);
  if (points > mostPoints) {
    throw new HttpError('too-large', `Cannot compare the runs of ${id} by ${metrics.join(', ')}: about ${Math.round(points)} points, more than ${mostPoints}; choose a metric of evaluations (val/…)`);
  }
  return readResults(storage, sweepId, metrics)!;
}
