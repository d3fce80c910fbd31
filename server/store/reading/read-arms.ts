import type { Arm } from '../../sweep/arm.ts';
import type { Storage } from '../database/storage.ts';

const NO_PARENTS: Pick<Arm, 'parents'> = { parents: [] };

/** The arms of a sweep, in order. One that an older version has planned does not know what it was derived from. */
export function readArms(storage: Storage, sweepId: number): Arm[] {
  const rows = storage
    .prepare('SELECT settings FROM "Arm" WHERE sweepId = ? ORDER BY "index"')
    .pluck()
    .all(sweepId) as string[];
  return rows.map((settings): Arm => ({ ...NO_PARENTS, ...(JSON.parse(settings) as Arm) }));
}
