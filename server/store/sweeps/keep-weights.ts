import type { KeepWeights } from '../../sweep/keep-weights.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/**
 * Says which runs of a sweep keep their final weights once it is complete. With fewer than all, the checkpoints of its
 * stages are not kept any more either. What goes is deleted by the process that trains next.
 *
 * @returns of how many of its complete runs the final weights are gone already
 */
export function keepWeights(storage: Storage, sweepId: number, keep: KeepWeights): number {
  return transaction(storage, () => {
    storage
      .prepare(
        `UPDATE "Sweep" SET keepWeights = @keep, keepCheckpoints = keepCheckpoints AND @keep = 'all'
        WHERE id = @sweepId`,
      )
      .run({ sweepId, keep });
    return storage
      .prepare(
        `SELECT count(*) FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
        WHERE s.sweepId = ? AND r.state = 'complete' AND NOT EXISTS (
          SELECT 1 FROM "RunStage" p JOIN "Checkpoint" c ON c.stageId = p.stageId AND c.batch = r.batches
          WHERE p.runId = r.id)`,
      )
      .pluck()
      .get(sweepId) as number;
  });
}
