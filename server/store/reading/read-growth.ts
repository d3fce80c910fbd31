import type { Storage } from '../database/storage.ts';

/** How a sweep came to what it is now. */
export interface Growth {
  /** With how many seeds it was complete before; its p-values could be read each time. */
  looks: number[];
  /** How many arms it had before arms were added to it, oldest first. */
  armsBefore: number[];
}

export function readGrowth(storage: Storage, sweepId: number): Growth {
  // A look with as many seeds as there are is the present one: added arms make no further.
  const looks = storage
    .prepare(
      `SELECT seeds FROM "Look" WHERE sweepId = @sweepId
      AND seeds <> (SELECT count(DISTINCT seed) FROM "SweepRun" WHERE sweepId = @sweepId) ORDER BY seeds`,
    )
    .pluck()
    .all({ sweepId });
  const armsBefore = storage
    .prepare(
      `SELECT DISTINCT arms FROM "Extension" WHERE sweepId = @sweepId
      AND arms < (SELECT count(*) FROM "Arm" WHERE sweepId = @sweepId) ORDER BY arms`,
    )
    .pluck()
    .all({ sweepId });
  return { looks: looks as number[], armsBefore: armsBefore as number[] };
}
