import { toStartResponse } from './answers/start-response.ts';
import type { Storage } from '../store/database/storage.ts';
import { cancelSweep } from '../store/sweeps/cancel-sweep.ts';
import { HttpError } from './http-error.ts';
import { knownSweep } from './known.ts';
import type { Reply } from './route.ts';
import type { StartResponse } from './schemas/start.ts';

/** Cancels a sweep, by its next checkpoints or (`kill`) without waiting for its workers; 409 where it has ended. */
export async function cancel(storage: Storage, id: string, how: 'cancel' | 'kill'): Promise<Reply<StartResponse>> {
  const sweep = await knownSweep(storage, id);
  if (cancelSweep(storage, sweep, { kill: how === 'kill' }) === 'ended')
    throw new HttpError('conflict', `Cannot ${how} ${id}: it has ended already`);
  return { status: 202, body: await toStartResponse(storage, sweep) };
}
