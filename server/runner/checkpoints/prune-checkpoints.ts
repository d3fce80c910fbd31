import { mayDelete } from '../../store/database/checkpoint-folder.ts';
import type { Lease } from '../../store/database/lease.ts';
import { dropNotes, readNotedFiles } from '../../store/training/note-files.ts';
import { retireCheckpoints } from '../../store/training/retire-checkpoints.ts';
import { fileReason } from '../../sweep/file-error.ts';
import { patiently, type Waiter } from '../patiently.ts';
import { removeLeftovers } from './checkpoint-files.ts';

/**
 * Deletes the checkpoints that no run needs any more, and files that dead workers left half written; called whenever a
 * sweep has ended, when nobody writes checkpoints. A file that cannot be deleted is told and left to the next start:
 * what was trained is complete all the same.
 *
 * @param inUse the name of which this process goes on writing temporary files, for sweeps that follow
 */
export async function pruneCheckpoints(
  waiter: Waiter,
  lease: Lease,
  tell: (message: string) => void,
  inUse: string | null,
): Promise<void> {
  await patiently(waiter, () => retireCheckpoints(waiter.storage, lease));
  await removeNoted(waiter, lease, tell, inUse);
}

/**
 * Deletes what processes left that were killed while they wrote or deleted checkpoints, and what was forgotten and is
 * there still. This database noted the names before, and no file of another name is touched.
 */
export async function removeNoted(
  waiter: Waiter,
  lease: Lease,
  tell: (message: string) => void,
  inUse: string | null = null,
): Promise<void> {
  const { storage } = waiter;
  const noted = readNotedFiles(storage).filter(({ file }) => file !== inUse);
  if (noted.length === 0 || !mayDelete(storage)) return;
  try {
    await removeLeftovers(storage.checkpointFolder, noted);
  } catch (error) {
    return tell(`Cannot delete unfinished checkpoints: ${fileReason(error)}`);
  }
  const files = noted.map(({ file }) => file);
  await patiently(waiter, () => dropNotes(storage, lease, files));
}
