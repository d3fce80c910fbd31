import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from '../store/database/database-error.ts';
import type { Storage } from '../store/database/storage.ts';

/**
 * In milliseconds: so long a process that has trained for hours waits for another one that keeps the database locked, a
 * backup maybe.
 */
const PATIENCE = 60_000;

/** Milliseconds between two tries. */
const RETRY = 200;

/** So many milliseconds SQLite itself waits for a lock. Nothing else happens in this process meanwhile. */
const IN_SQLITE = 100;

/** What `patiently` needs. */
export interface Waiter {
  storage: Storage;
  /** Aborted: nobody waits any longer. */
  giveUp: AbortSignal;
}

/**
 * Writes to the database, once no other process keeps it locked. Between two tries signals, messages of workers and the
 * lease's heartbeat have their turn.
 *
 * @param body one transaction: where the database is locked it has done nothing
 * @returns what `body` returns. Where the database stays locked, or is locked when nobody waits any longer, it fails
 * with an `OutsideError`.
 */
export async function patiently<T>({ storage, giveUp }: Waiter, body: () => T, patience = PATIENCE): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return impatiently(storage, body);
    } catch (error) {
      if (!isBusy(error) || giveUp.aborted || performance.now() - started > patience) throw error;
    }
    await sleep(RETRY, undefined, { signal: giveUp }).catch(() => {});
  }
}

/** Calls `body`, in which a statement hardly waits for a lock. */
export function impatiently<T>(storage: Storage, body: () => T): T {
  const before = storage.raw.pragma('busy_timeout', { simple: true }) as number;
  storage.raw.pragma(`busy_timeout = ${IN_SQLITE}`);
  try {
    return body();
  } finally {
    storage.raw.pragma(`busy_timeout = ${before}`);
  }
}
