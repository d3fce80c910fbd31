import { forgetFiles } from '../database/forgotten-files.ts';
import { underLease, type Lease } from '../database/lease.ts';
import { summariseAgain } from './stage-metrics.ts';
import type { Storage } from '../database/storage.ts';
import { lastCheckpoint, type StoredCheckpoint } from '../reading/read-checkpoints.ts';

/**
 * Takes a stage back to its newest checkpoint. Everything that was committed after the checkpoint (the end of a run
 * that diverged, segments without a checkpoint) is discarded, so that training continues from the checkpoint and
 * nothing appears twice. A stage begins again where it has no checkpoint, or with `toStart`, where the file of its
 * checkpoint is lost or damaged.
 *
 * @returns the checkpoint to continue from; null for the beginning
 */
export function rewindStage(
  storage: Storage,
  lease: Lease,
  stageId: number,
  { toStart = false }: { toStart?: boolean } = {},
): StoredCheckpoint | null {
  return underLease(storage, lease, () => {
    const checkpoint = toStart ? null : lastCheckpoint(storage, stageId);
    const stage = storage.prepare('SELECT batch, fromBatch FROM "Stage" WHERE id = ?').get(stageId) as {
      batch: number;
      fromBatch: number;
    };
    if (checkpoint) {
      if (stage.batch !== checkpoint.batch) discardAfter(storage, stageId, checkpoint.batch);
    } else {
      discardAll(storage, stageId);
    }
    setBatch(storage, stageId, checkpoint?.batch ?? stage.fromBatch);
    return checkpoint;
  });
}

/**
 * Discards what was recorded after the checkpoint at `batch`. A training point at batch b is the step from b to b + 1,
 * so it goes. An evaluation at b is of the state that the checkpoint holds, so it stays.
 */
function discardAfter(storage: Storage, stageId: number, batch: number): void {
  storage
    .prepare(
      `DELETE FROM "Point" WHERE stageId = @stageId AND batch > @batch
    OR stageId = @stageId AND batch = @batch AND metricId IN (SELECT id FROM "Metric" WHERE name LIKE 'train/%')`,
    )
    .run({ stageId, batch });
  storage.prepare('DELETE FROM "Artefact" WHERE stageId = ? AND batch > ?').run(stageId, batch);
  summariseAgain(storage, stageId);
}

function discardAll(storage: Storage, stageId: number): void {
  for (const table of ['Point', 'StageMetric', 'Artefact', 'StageUsage'])
    storage.prepare(`DELETE FROM "${table}" WHERE stageId = ?`).run(stageId);
  const files = storage.prepare('DELETE FROM "Checkpoint" WHERE stageId = ? RETURNING file').pluck().all(stageId);
  forgetFiles(storage, files as string[]); // what is there of them is damaged; it goes when the sweep ends
  storage
    .prepare('UPDATE "Stage" SET trainingSeconds = 0, evaluationSeconds = 0, taken = 0, takenSeconds = 0 WHERE id = ?')
    .run(stageId);
}

function setBatch(storage: Storage, stageId: number, batch: number): void {
  storage.prepare('UPDATE "Stage" SET batch = ? WHERE id = ?').run(batch, stageId);
  // A stage may begin while the end of the stage before is still being stored. Then the stage before says how far the
  // runs are.
  storage
    .prepare(
      `UPDATE "Run" SET batch = @batch WHERE id IN (SELECT runId FROM "RunStage" WHERE stageId = @stageId)
    AND NOT EXISTS (SELECT 1 FROM "Stage" s JOIN "Stage" before ON before.id = s.parentId
      WHERE s.id = @stageId AND before.batch < before.toBatch)`,
    )
    .run({ stageId, batch });
}
