import type { StoredCheckpoint } from './read-checkpoints.ts';
import type { Storage } from '../database/storage.ts';

/** The checkpoint after a run's last batch, which holds its final weights; null where there is none (any more). */
export function finalWeights(storage: Storage, runId: number): StoredCheckpoint | null {
  const row = storage
    .prepare(
      `SELECT c.batch, c.file, c.bytes AS size, c.hash FROM "Run" r JOIN "RunStage" p ON p.runId = r.id
    JOIN "Checkpoint" c ON c.stageId = p.stageId AND c.batch = r.batches
    WHERE r.id = ? ORDER BY p.position DESC LIMIT 1`,
    )
    .get(runId);
  return (row as StoredCheckpoint | undefined) ?? null;
}
