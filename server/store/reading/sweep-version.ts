import { parseSweepId } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Another text after every change of a sweep or of one of its runs, and where a process begins or ceases to train;
 * null where there is no such sweep. What is computed from a sweep alone is the same while this is the same.
 */
export function readSweepVersion(storage: Storage, id: string): string | null {
  const sweepId = parseSweepId(id);
  if (sweepId === null) return null;
  const revision = storage.prepare('SELECT revision FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
  return revision === undefined ? null : `${revision} ${leaseHolder(storage) === null}`;
}
