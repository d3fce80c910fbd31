import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { claimCheckpointFolder } from '../../store/database/checkpoint-folder.ts';
import type { Lease } from '../../store/database/lease.ts';
import type { Part } from '../../store/merging/part.ts';
import { missingFiles, type PartFile } from '../../store/merging/take-checkpoints.ts';
import { noteFile } from '../../store/training/note-files.ts';
import { isFileError } from '../../sweep/file-error.ts';
import { isFile, nameOfTemporaries, storeCheckpoint, writeUnnamed } from '../checkpoints/checkpoint-files.ts';
import { patiently, type Waiter } from '../patiently.ts';

/** The files of checkpoints that were copied into the folder of a database. */
export interface CopiedCheckpoints {
  /** Hash → file. */
  files: Map<string, string>;
  /** By part: how many were gone or damaged there. */
  lost: Map<Part, number>;
}

/**
 * Copies the checkpoints of parts that a database does not have. They are noted before they are written, as every
 * checkpoint is: where this process is killed, whoever trains or merges next deletes them.
 *
 * @param how `breathe` throws where it was stopped; `tell` gets the sentence that checkpoints here are missing
 */
export async function copyCheckpoints(
  waiter: Waiter,
  lease: Lease,
  parts: readonly Part[],
  { breathe, tell }: { breathe: () => Promise<void>; tell: (message: string) => void },
): Promise<CopiedCheckpoints> {
  const { storage } = waiter;
  const note = (file: string): Promise<void> => patiently(waiter, () => noteFile(storage, lease, file));
  const temporaries = nameOfTemporaries();
  let isReady = false;
  const copied: CopiedCheckpoints = { files: new Map(), lost: new Map() };
  for (const part of parts) {
    for (const wanted of missingFiles(storage, part)) {
      await breathe();
      if (copied.files.has(wanted.hash)) continue;
      const path = join(part.storage.checkpointFolder, basename(wanted.file));
      const isThere = await isFile(path);
      if (isThere && !isReady) {
        await patiently(waiter, () => claimCheckpointFolder(storage, tell));
        await note(temporaries);
        isReady = true;
      }
      const file = isThere ? await copyOne(path, storage.checkpointFolder, wanted, temporaries, note) : null;
      if (file !== null) copied.files.set(wanted.hash, file);
      else copied.lost.set(part, (copied.lost.get(part) ?? 0) + 1);
    }
  }
  return copied;
}

/** @returns null where it cannot be read or is not what its hash says */
async function copyOne(
  path: string,
  to: string,
  { hash, size }: PartFile,
  temporaries: string,
  note: (file: string) => Promise<void>,
): Promise<string | null> {
  const pieces = createReadStream(path);
  const written = await writeUnnamed(to, temporaries, pieces).catch((error: unknown) => {
    // What cannot be read is lost; that nothing can be written is another matter.
    if (isFileError((error as Error).cause) && pieces.errored) return null;
    throw error;
  });
  if (written?.hash !== hash) {
    if (written) await rm(join(to, written.file), { force: true });
    return null;
  }
  return (await storeCheckpoint(to, { batch: 0, hash, size, content: { file: written.file } }, note)).file;
}
