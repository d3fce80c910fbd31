import type { Lease } from '../../store/database/lease.ts';
import { rewindStage } from '../../store/training/rewind-stage.ts';
import { lastCheckpoint } from '../../store/reading/read-checkpoints.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { RecentCheckpoints } from '../checkpoints/recent-checkpoints.ts';
import type { StageJob } from '../order/stage-queue.ts';

/** The state to train from. */
export interface Start {
  batch: number;
  /** Of its checkpoint; null where that is still on its way. */
  hash: string | null;
  /** Its checkpoint, encoded; null where whoever trains has it. */
  bytes: Uint8Array | null;
}

/** Where a checkpoint need not be read from the disk. */
export interface AtHand {
  /** By stage: states at the end of stages that are not stored yet. */
  onTheWay: ReadonlyMap<number, { batch: number; bytes: Uint8Array }>;
  checkpoints: RecentCheckpoints;
  /** Hash of the checkpoint that whoever trains was given last: it is not sent once more. */
  held: string | null;
}

/**
 * The checkpoint to train a stage from: its own, else that of the stage it forks from, else that of one before. Takes
 * the stage back to where its own checkpoint stands, unless only the state at its end is wanted. A checkpoint that is
 * lost or damaged costs the way from the one before it.
 *
 * @param tell gets what was lost
 * @returns null for batch 0
 */
export async function findStart(
  storage: Storage,
  lease: Lease,
  { stage: begun, runs, restores }: Pick<StageJob, 'stage' | 'runs' | 'restores'>,
  { onTheWay, checkpoints, held }: AtHand,
  tell: (message: string) => void,
): Promise<Start | null> {
  const { stageId } = begun;
  const path = runs[0]!.stages;
  const last = path.findIndex((stage) => stage.stageId === stageId);
  const own = restores ? null : rewindStage(storage, lease, stageId);
  if (!restores) begun.batch = own?.batch ?? begun.from;
  for (const stage of path.slice(0, last + 1).reverse()) {
    const delivered = onTheWay.get(stage.stageId);
    if (delivered) return { ...delivered, hash: null };
    const point = stage.stageId === stageId ? own : lastCheckpoint(storage, stage.stageId);
    if (!point) continue;
    const { batch, file, hash } = point;
    if (hash === held) return { batch, hash, bytes: null };
    const bytes = await checkpoints.read(point);
    if (bytes) return { batch, hash, bytes };
    tell(`Checkpoint ${file} is lost or damaged: batches up to ${batch} are trained again`);
    if (stage.stageId !== stageId) continue;
    rewindStage(storage, lease, stageId, true);
    begun.batch = begun.from;
  }
  return null;
}
