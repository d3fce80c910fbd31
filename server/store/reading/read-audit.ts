import type { Storage } from '../database/storage.ts';

/** How stages of a sweep were different when another machine trained them again; null where none was. */
export function readAudit(storage: Storage, sweepId: number): string | null {
  return storage.prepare('SELECT audit FROM "Sweep" WHERE id = ?').pluck().get(sweepId) as string | null;
}
