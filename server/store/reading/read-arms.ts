import type { Arm } from '../../sweep/arm.ts';
import type { Storage } from '../database/storage.ts';

/** The arms of a sweep, in order. */
export function readArms(storage: Storage, sweepId: number): Arm[] {
  const rows = storage
    .prepare('SELECT settings FROM "Arm" WHERE sweepId = ? ORDER BY "index"')
    .pluck()
    .all(sweepId) as string[];
  return rows.map((settings) => JSON.parse(settings) as Arm);
}
