import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { putRunsBack } from './cancel-sweep.ts';

/**
 * The process that was started to train a sweep has ended, and left the sweep queued or running: the sweep is
 * interrupted, with the reason. Where another process trains on the database, nothing changes: that one goes on with
 * the queue.
 */
export function recordEarlyExit(storage: Storage, sweepId: number, reason: string, now = Date.now()): void {
  transaction(storage, () => {
    if (leaseHolder(storage, now)) return;
    const { changes } = storage
      .prepare(
        `UPDATE "Sweep" SET state = 'interrupted', error = ?, finishedAt = ?
        WHERE id = ? AND state IN ('queued', 'running') AND NOT cancelRequested`,
      )
      .run(reason, now, sweepId);
    if (changes > 0) putRunsBack(storage, sweepId);
  });
}
