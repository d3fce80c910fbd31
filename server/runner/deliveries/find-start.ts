import { lastCheckpoint } from '../../store/reading/read-checkpoints.ts';
import { rewindStage } from '../../store/training/rewind-stage.ts';
import type { RecentCheckpoints } from '../checkpoints/recent-checkpoints.ts';
import type { SentCheckpoint } from '../checkpoints/sent-checkpoint.ts';
import type { StageJob, StageQueue } from '../order/stage-queue.ts';
import { patiently } from '../patiently.ts';
import type { SweepWork } from '../sweep-work.ts';
import type { Start } from '../workers/messages.ts';

/** The checkpoints that need not be read from the disk. */
export interface AtHand {
  /** By stage: states at the end of stages that are not stored yet. */
  onTheWay: ReadonlyMap<number, SentCheckpoint>;
  checkpoints: RecentCheckpoints;
  /** Whether the trainer has a checkpoint already: it is not sent once more. */
  holds: (hash: string) => boolean;
}

/**
 * The checkpoint to train a stage from: the stage's own, else the one of the stage that it forks from, else the one of
 * a stage before that. The stage is taken back to its own checkpoint, unless only the state at its end is wanted. Where
 * a checkpoint is lost or damaged, the batches since the one before it are trained again.
 *
 * @returns null for batch 0
 */
export async function findStart(
  { storage, lease, tell, killing }: Pick<SweepWork, 'storage' | 'lease' | 'tell' | 'killing'>,
  queue: Pick<StageQueue, 'rewind'>,
  { stage: begun, runs, restores }: Pick<StageJob, 'stage' | 'runs' | 'restores'>,
  { onTheWay, checkpoints, holds }: AtHand,
): Promise<Start | null> {
  const { stageId } = begun;
  const path = runs[0]!.stages;
  const last = path.findIndex((stage) => stage.stageId === stageId);
  const rewind = (options = {}) =>
    patiently({ storage, giveUp: killing }, () => rewindStage(storage, lease, stageId, options));
  const own = restores ? null : await rewind();
  if (!restores) queue.rewind(begun, own?.batch ?? begun.from);
  for (const stage of path.slice(0, last + 1).reverse()) {
    const delivered = onTheWay.get(stage.stageId);
    if (delivered) return holds(delivered.hash) ? { ...delivered, content: null } : delivered;
    const stored = stage.stageId === stageId ? own : lastCheckpoint(storage, stage.stageId);
    if (!stored) continue;
    const { batch, file, hash, size } = stored;
    if (holds(hash)) return { batch, hash, size, content: null };
    const sent = await checkpoints.read(stored);
    if (sent) return sent;
    tell({ kind: 'log', message: `Checkpoint ${file} is lost or damaged: batches up to ${batch} are trained again` });
    if (stage.stageId !== stageId) continue;
    await rewind({ toStart: true });
    queue.rewind(begun, begun.from);
  }
  return null;
}
