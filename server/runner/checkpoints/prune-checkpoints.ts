import { mayDelete } from '../../store/database/checkpoint-folder.ts';
import { deleteForgotten } from '../../store/database/forgotten-files.ts';
import type { Lease } from '../../store/database/lease.ts';
import type { Storage } from '../../store/database/storage.ts';
import { dropNotes, readNotedFiles } from '../../store/training/note-files.ts';
import { retireCheckpoints } from '../../store/training/retire-checkpoints.ts';
import { fileReason } from '../../sweep/file-error.ts';
import { removeLeftovers } from './checkpoint-files.ts';

/**
 * Deletes the checkpoints that no run needs any more, and files that dead workers left half written; called whenever a
 * sweep has ended, when nobody writes checkpoints. A file that cannot be deleted is told and left to the next start:
 * what was trained is complete all the same.
 */
export async function pruneCheckpoints(storage: Storage, lease: Lease, tell: (message: string) => void): Promise<void> {
  deleteForgotten(storage, retireCheckpoints(storage, lease), tell);
  await removeNoted(storage, lease, tell);
}

/**
 * Deletes what processes left that were killed while they wrote or deleted checkpoints. This database noted the names
 * before, and no file of another name is touched.
 */
export async function removeNoted(storage: Storage, lease: Lease, tell: (message: string) => void): Promise<void> {
  const noted = readNotedFiles(storage);
  if (noted.length === 0 || !mayDelete(storage)) return;
  try {
    await removeLeftovers(storage.checkpointFolder, noted);
    const files = noted.map(({ file }) => file);
    dropNotes(storage, lease, files);
  } catch (error) {
    tell(`Cannot delete unfinished checkpoints: ${fileReason(error)}`);
  }
}
