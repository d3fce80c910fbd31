import type { StageTask } from '../store/identify-runs.ts';
import type { Lease } from '../store/lease.ts';
import { lastCheckpoint, rewindStage } from '../store/rewind-stage.ts';
import type { Storage } from '../store/storage.ts';
import { readCheckpoint } from './checkpoint-files.ts';
import type { StageJob } from './stage-queue.ts';

/**
 * The checkpoint to train a stage from: its own, else that of the stage it forks from, else that of one before. Takes the stage
 * back to where its own checkpoint stands, unless only the state at its end is wanted. A checkpoint that is lost or damaged costs
 * the way from the one before it.
 *
 * @param path of a run through the stage, first to last
 * @param tell gets what was lost
 * @returns null for batch 0
 */
export async function findStart(
  storage: Storage, lease: Lease, path: StageTask[], { stage: { stageId }, restores }: Pick<StageJob, 'stage' | 'restores'>, tell: (message: string) => void,
): Promise<{ batch: number; bytes: Uint8Array } | null> {
  const last = path.findIndex((stage) => stage.stageId === stageId);
  const own = restores ? null : rewindStage(storage, lease, stageId);
  for (const stage of path.slice(0, last + 1).reverse()) {
    const point = stage.stageId === stageId ? own : lastCheckpoint(storage, stage.stageId);
    if (!point) continue;
    const bytes = await readCheckpoint(storage.checkpointFolder, point.file, point.hash);
    if (bytes) return { batch: point.batch, bytes };
    tell(`Checkpoint ${point.file} is lost or damaged: batches up to ${point.batch} are trained again`);
    if (stage.stageId === stageId) rewindStage(storage, lease, stageId, true);
  }
  return null;
}
