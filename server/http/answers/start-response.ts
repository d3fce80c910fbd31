import { readSweep } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { StartResponse } from '../schemas/start.ts';

/** Where a sweep stands, as the answer to what was asked of it. */
export async function toStartResponse(storage: Storage, sweepId: number): Promise<StartResponse> {
  const { id, name, state } = (await readSweep(storage, sweepId))!;
  return { id, name, state };
}
