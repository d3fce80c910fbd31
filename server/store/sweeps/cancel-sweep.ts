import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/** `requested`: the process that trains it will stop it within seconds. `ended`: there was nothing left to cancel. */
export type Cancelled = 'cancelled' | 'requested' | 'ended';

/**
 * Sets the flag that the process which trains the sweep reads. A sweep that no process trains is cancelled at once.
 *
 * @param kill true: the workers are killed, and what they have not committed is lost; false: they are asked to end with
 * a checkpoint
 */
export function cancelSweep(
  storage: Storage,
  sweepId: number,
  { kill = false, now = Date.now() }: { kill?: boolean; now?: number } = {},
): Cancelled {
  return transaction(storage, () => {
    const state = storage.prepare('SELECT state FROM "Sweep" WHERE id = ?').pluck().get(sweepId) as string | undefined;
    if (state === undefined || state === 'complete' || state === 'cancelled') return 'ended';
    if (state === 'running' && leaseHolder(storage, now)) {
      storage
        .prepare('UPDATE "Sweep" SET cancelRequested = true, killRequested = killRequested OR ? WHERE id = ?')
        .run(Number(kill), sweepId);
      return 'requested';
    }
    putRunsBack(storage, sweepId);
    cancelWaitingRuns(storage, sweepId);
    storage
      .prepare(`UPDATE "Sweep" SET state = 'cancelled', cancelRequested = false, finishedAt = ? WHERE id = ?`)
      .run(now, sweepId);
    return 'cancelled';
  });
}

/**
 * How the sweep that is being trained should stop; null where it should go on. A sweep that is gone should stop, and
 * one that somebody cancelled who took its process for dead.
 */
export function readCancel(storage: Storage, sweepId: number): 'cancel' | 'kill' | null {
  const row = storage
    .prepare(`SELECT cancelRequested OR state = 'cancelled' AS cancel, killRequested AS kill FROM "Sweep" WHERE id = ?`)
    .get(sweepId) as { cancel: number; kill: number } | undefined;
  if (row && !row.cancel) return null;
  return row?.kill ? 'kill' : 'cancel';
}

/** Within a transaction: nobody trains the runs of a sweep any more. */
export function putRunsBack(storage: Storage, sweepId: number): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'waiting' WHERE state = 'running'
    AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = ?)`,
    )
    .run(sweepId);
}

/** Within a transaction: cancels the waiting runs of a sweep, except those that another sweep still asks for. */
export function cancelWaitingRuns(storage: Storage, sweepId: number): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'cancelled' WHERE state = 'waiting'
    AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = @sweepId)
    AND id NOT IN (SELECT r.runId FROM "SweepRun" r JOIN "Sweep" s ON s.id = r.sweepId
      WHERE s.state IN ('queued', 'running') AND s.id <> @sweepId)`,
    )
    .run({ sweepId });
}
