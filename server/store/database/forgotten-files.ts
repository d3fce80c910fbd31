import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileReason } from '../../sweep/file-error.ts';
import { mayDelete } from './checkpoint-folder.ts';
import type { Storage } from './storage.ts';
import { transaction } from './transaction.ts';

/**
 * Within a transaction: checkpoints that referred to these files are gone. Those that nothing refers to any more are
 * noted as forgotten, so that a process that is killed before it has deleted them leaves nothing behind for good.
 *
 * @returns the files to be given to `deleteForgotten`: none where the folder is not this database's alone
 */
export function forgetFiles(storage: Storage, files: Iterable<string>, now = Date.now()): string[] {
  const refersTo = storage.prepare('SELECT 1 FROM "Checkpoint" WHERE file = ? LIMIT 1').pluck();
  const gone = [...new Set(files)].filter((file) => refersTo.get(file) === undefined);
  if (gone.length === 0 || !mayDelete(storage)) return [];
  const note = storage.prepare(
    'INSERT INTO "FileBeingWritten" (file, notedAt, forgotten) VALUES (?, ?, true) ON CONFLICT DO NOTHING',
  );
  for (const file of gone) note.run(file, now);
  return gone;
}

/** So many files are deleted at a time; meanwhile no other process writes to the database. */
const AT_A_TIME = 100;

/**
 * Deletes files that were forgotten. They are deleted within a transaction, so that nobody can begin to refer to one
 * meanwhile: a process that is about to write it anew has noted that before, and then it stays. Where the database is
 * locked it fails; what it left is deleted when it is called again, or by the next process that trains.
 *
 * @param complain gets a sentence for each file that cannot be deleted; the next process that trains tries it again
 * @returns how many were deleted
 */
export function deleteForgotten(
  storage: Storage,
  files: readonly string[],
  complain: (message: string) => void,
): number {
  let deleted = 0;
  for (let i = 0; i < files.length; i += AT_A_TIME) {
    const some = files.slice(i, i + AT_A_TIME);
    deleted += transaction(storage, () => some.filter((file) => deleteOne(storage, file, complain)).length);
  }
  return deleted;
}

/** @returns whether it was deleted */
function deleteOne(storage: Storage, file: string, complain: (message: string) => void): boolean {
  const forgotten = `FROM "FileBeingWritten" WHERE file = @file AND forgotten
    AND NOT EXISTS (SELECT 1 FROM "Checkpoint" c WHERE c.file = @file)`;
  if (storage.prepare(`SELECT 1 ${forgotten}`).get({ file }) === undefined) return false;
  try {
    // Only within the checkpoint folder, whatever the database says.
    if (basename(file) === file) rmSync(join(storage.checkpointFolder, file), { force: true });
  } catch (error) {
    complain(`Cannot delete checkpoint ${file}: ${fileReason(error)}`);
    return false;
  }
  storage.prepare(`DELETE ${forgotten}`).run({ file });
  return true;
}
