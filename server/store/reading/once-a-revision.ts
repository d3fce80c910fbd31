import type { Storage } from '../database/storage.ts';

const known = new WeakMap<Storage, Map<string, { revision: number; value: unknown }>>();

/**
 * What all runs of a sweep give together, read once until the sweep or one of its runs changes: pages ask for it again
 * and again.
 *
 * @param what tells one such reading of a sweep from another
 */
export function onceARevision<T>(storage: Storage, sweepId: number, what: string, read: () => T): T {
  // Taken before it is read: what changes meanwhile is read again the next time.
  const revision = storage.prepare('SELECT revision FROM "Sweep" WHERE id = ?').pluck().get(sweepId) as
    number | undefined;
  const readings = known.get(storage) ?? new Map<string, { revision: number; value: unknown }>();
  known.set(storage, readings);
  const key = `${sweepId} ${what}`;
  const found = readings.get(key);
  if (found !== undefined && found.revision === revision) return found.value as T;
  const value = read();
  if (revision === undefined) return value; // another process has removed the sweep
  readings.set(key, { revision, value });
  return value;
}
