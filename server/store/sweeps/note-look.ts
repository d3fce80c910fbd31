import type { Storage } from '../database/storage.ts';

/**
 * Within a transaction, before runs are added to a sweep or wait again: notes with how many seeds it was complete. Its
 * p-values could be read then, and will be again. Equal numbers of seeds are one look.
 */
export function noteLook(storage: Storage, sweepId: number): void {
  const { seeds, open } = storage
    .prepare(
      `SELECT count(DISTINCT s.seed) AS seeds, total(r.state NOT IN ('complete', 'diverged', 'failed')) AS open
    FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ?`,
    )
    .get(sweepId) as { seeds: number; open: number };
  if (open === 0) storage.prepare('INSERT OR IGNORE INTO "Look" (sweepId, seeds) VALUES (?, ?)').run(sweepId, seeds);
}
