import { parseSweepId } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Another text after every change of a sweep, of one of its runs or of a sweep that confirms an arm of it, and where a
 * process begins or ceases to train; null where there is no such sweep. What is computed from these is the same while
 * this is the same.
 */
export function readSweepVersion(storage: Storage, id: string): string | null {
  const sweepId = parseSweepId(id);
  if (sweepId === null) return null;
  const revision = storage.prepare('SELECT revision FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
  if (revision === undefined) return null;
  const confirmations = storage
    .prepare(`SELECT coalesce(max(revision), 0) || ' ' || count(*) FROM "Sweep" WHERE definitionPath LIKE ?`)
    .pluck()
    .get(`confirm:${id}:%`) as string;
  return `${revision} ${leaseHolder(storage) === null} ${confirmations}`;
}
