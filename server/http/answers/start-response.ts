import { readSweep } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { StartResponse } from '../schemas/start.ts';

/** Where a sweep stands; the answer to a request that starts, stops or continues it. */
export async function toStartResponse(storage: Storage, sweepId: number): Promise<StartResponse> {
  const { id, name, state } = (await readSweep(storage, sweepId))!;
  return { id, name, state };
}
