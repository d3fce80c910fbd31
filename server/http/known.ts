import { runOfId, sweepOfId } from '../store/sweeps/find-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { HttpError } from './http-error.ts';

/** The number behind a sweep's id; 404 where there is none. */
export async function knownSweep(storage: Storage, id: string): Promise<number> {
  return (await sweepOfId(storage, id)) ?? notThere('sweep', id);
}

/** The number behind a run's id; 404 where there is none. */
export async function knownRun(storage: Storage, id: string): Promise<number> {
  return (await runOfId(storage, id)) ?? notThere('run', id);
}

function notThere(what: string, id: string): never {
  throw new HttpError('not-found', `Cannot find ${what} ${id}: the database has none`);
}
