import type { Storage } from '../database/storage.ts';
import { LAST_VALUE } from './run-metrics.ts';

/** A metric of a run where it was last recorded; null where it was not, or was not finite. */
export function readLastValue(storage: Storage, runId: number, metric: string): number | null {
  return storage.prepare(`SELECT ${LAST_VALUE} FROM "Run" r WHERE r.id = @runId`).pluck().get({ runId, metric }) as
    number | null;
}
