import type { Lease } from '../../store/database/lease.ts';
import { retireCheckpoints } from '../../store/training/retire-checkpoints.ts';
import type { Storage } from '../../store/database/storage.ts';
import { checkpointFiles } from '../../store/reading/read-checkpoints.ts';
import { removeCheckpoint, removeLeftovers } from './checkpoint-files.ts';

/**
 * Deletes the checkpoints that no run needs any more, and files that dead workers left half written; called whenever a
 * sweep has ended, when nobody writes checkpoints. A file that cannot be deleted is told and left to the next start:
 * what was trained is complete all the same.
 */
export async function pruneCheckpoints(storage: Storage, lease: Lease, tell: (message: string) => void): Promise<void> {
  for (const file of retireCheckpoints(storage, lease)) {
    await removeCheckpoint(storage.checkpointFolder, file).catch((error: Error) =>
      tell(`Cannot delete checkpoint ${file}: ${error.message}`),
    );
  }
  await removeLeftovers(storage.checkpointFolder, checkpointFiles(storage)).catch((error: Error) =>
    tell(`Cannot delete unfinished checkpoints: ${error.message}`),
  );
}
