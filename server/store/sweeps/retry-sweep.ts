import { UserError } from '../../sweep/user-error.ts';
import { refuseOtherEngine } from './ask-engine.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { noteLook } from './note-look.ts';
import { refuseImported } from './refuse-imported.ts';
import { refuseFullQueue } from './refuse-full-queue.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

export interface Retry {
  engine?: string | null;
  /** These runs alone, as far as they have failed; null: all that have. */
  runs?: readonly number[] | null;
  now?: number;
}

/**
 * The failed runs of a sweep, or those that are named, wait again, with all their attempts, and the sweep goes to the
 * end of the queue. Refused where `engine` is named and the sweep was started on another engine.
 *
 * @returns how many runs wait again; with none nothing changes
 */
export function retrySweep(
  storage: Storage,
  sweepId: number,
  { engine = null, runs = null, now = Date.now() }: Retry = {},
): number {
  return transaction(storage, () => {
    const state = storage.prepare('SELECT state FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
    refuseImported(storage, sweepId, 'retry');
    refuseOtherEngine(storage, sweepId, engine);
    if (state === 'running' && leaseHolder(storage, now)) {
      throw new UserError(
        `Cannot retry ${sweepName(sweepId)}: it is being trained; wait until it is done, or cancel it first`,
      );
    }
    noteLook(storage, sweepId);
    const { changes } = storage
      .prepare(
        `UPDATE "Run" SET state = 'waiting', attempts = 0, error = NULL WHERE state = 'failed'
      AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = @sweepId)
      AND (@runs IS NULL OR id IN (SELECT value FROM json_each(@runs)))`,
      )
      .run({ sweepId, runs: runs === null ? null : JSON.stringify(runs) });
    if (changes > 0) {
      if (state !== 'queued') refuseFullQueue(storage, sweepName(sweepId));
      storage
        .prepare(
          `UPDATE "Sweep" SET queuedAt = CASE state WHEN 'queued' THEN queuedAt ELSE ? END,
          state = 'queued', cancelRequested = false, killRequested = false, error = NULL,
          finishedAt = NULL WHERE id = ?`,
        )
        .run(now, sweepId);
    }
    return changes;
  });
}
