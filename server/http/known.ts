import { parseRunId } from '../store/database/ids.ts';
import { readPaths, type RunPath } from '../store/reading/read-curve.ts';
import { runOfId, sweepOfId } from '../store/sweeps/find-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { type Metric, parseMetric } from '../sweep/metrics.ts';
import { HttpError } from './http-error.ts';

/** The number behind a sweep's id; 404 where there is none. */
export async function knownSweep(storage: Storage, id: string): Promise<number> {
  return (await sweepOfId(storage, id)) ?? notThere('sweep', id);
}

/** The number behind a run's id; 404 where there is none. */
export async function knownRun(storage: Storage, id: string): Promise<number> {
  return (await runOfId(storage, id)) ?? notThere('run', id);
}

/** The ways of runs through the stage tree, by id; 404 where there is no such run. */
export function knownPaths(storage: Storage, ids: readonly string[]): Map<string, RunPath> {
  const paths = readPaths(
    storage,
    ids.map((id) => parseRunId(id)!),
  );
  return new Map(ids.map((id) => [id, paths.get(parseRunId(id)!) ?? notThere('run', id)]));
}

/** Refuses the name of a metric that is neither Cosweep's nor named by the sweep. */
export function refuseUnknownMetrics(names: readonly string[], own: readonly Metric[] = [], place = 'metric'): void {
  for (const name of names) {
    const parsed = parseMetric(name, own);
    if ('metric' in parsed) continue;
    const path = `query.${place}`;
    throw new HttpError('bad-request', `Cannot read the request: ${path}: ${parsed.problem}`, [
      { path, message: parsed.problem },
    ]);
  }
}

function notThere(what: string, id: string): never {
  throw new HttpError('not-found', `Cannot find ${what} ${id}: the database has none`);
}
