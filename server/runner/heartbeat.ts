import { HEARTBEAT_MS, LeaseLostError, renewLease, type Lease } from '../store/database/lease.ts';
import type { Storage } from '../store/database/storage.ts';
import { impatiently } from './patiently.ts';

/** Renews a lease until it is ended. `lost` is aborted where another process has taken the lease over. */
export function keepLease(storage: Storage, lease: Lease): { lost: AbortSignal; end: () => void } {
  const lost = new AbortController();
  const timer = setInterval(() => {
    try {
      impatiently(storage, () => renewLease(storage, lease));
    } catch (error) {
      // Anything else (a database that is busy for long) may be over by the next beat; a lease stays good for many.
      if (error instanceof LeaseLostError) lost.abort(error);
    }
  }, HEARTBEAT_MS);
  return { lost: lost.signal, end: () => clearInterval(timer) };
}
