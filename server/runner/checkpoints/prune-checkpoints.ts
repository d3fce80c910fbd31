import type { Lease } from '../../store/database/lease.ts';
import { retireCheckpoints } from '../../store/training/retire-checkpoints.ts';
import { checkpointFiles } from '../../store/reading/read-checkpoints.ts';
import { patiently, type Waiter } from '../patiently.ts';
import { removeCheckpoint, removeLeftovers } from './checkpoint-files.ts';

/**
 * Deletes the checkpoints that no run needs any more, and files that dead workers left half written; called whenever a
 * sweep has ended, when nobody writes checkpoints. A file that cannot be deleted is told and left to the next start:
 * what was trained is complete all the same.
 */
export async function pruneCheckpoints(
  { storage, giveUp }: Waiter,
  lease: Lease,
  tell: (message: string) => void,
): Promise<void> {
  for (const file of await patiently({ storage, giveUp }, () => retireCheckpoints(storage, lease))) {
    await removeCheckpoint(storage.checkpointFolder, file).catch((error: Error) =>
      tell(`Cannot delete checkpoint ${file}: ${error.message}`),
    );
  }
  await removeLeftovers(storage.checkpointFolder, checkpointFiles(storage)).catch((error: Error) =>
    tell(`Cannot delete unfinished checkpoints: ${error.message}`),
  );
}
