import type { Machine } from './run-state.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Every device with the libraries there that runs of a sweep were last trained on, as far as anything of them is
 * stored.
 */
export function readMachines(storage: Storage, sweepId: number): Machine[] {
  const rows = storage
    .prepare(
      `SELECT DISTINCT r.device, r.versions FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = ? AND r.batch > 0 AND r.device IS NOT NULL`,
    )
    .all(sweepId) as { device: string; versions: string }[];
  return rows.map(({ device, versions }) => ({ device, versions: JSON.parse(versions) }));
}
