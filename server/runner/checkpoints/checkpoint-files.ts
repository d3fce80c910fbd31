import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFile } from '../../store/training/commit-segment.ts';
import { OutsideError } from '../../sweep/user-error.ts';

/** The name says the content, so that writing the same checkpoint twice is writing it once. */
const SUFFIX = '.checkpoint';

/**
 * Writes a checkpoint so that a file of its name is always whole: temporary name, fsync, rename, fsync of the folder.
 *
 * @param folder made if it is not there
 */
export async function writeCheckpoint(
  folder: string,
  { batch, bytes }: { batch: number; bytes: Uint8Array },
): Promise<CheckpointFile> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const file = `${hash}${SUFFIX}`;
  try {
    // What has this name may be damaged: the bytes decide, not the length.
    if (!(await readCheckpoint(folder, file, hash))) await writeWhole(folder, file, bytes);
  } catch (error) {
    throw new OutsideError(
      `Cannot write checkpoint ${join(folder, file)}: ${CAUSES[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error)}; ` +
        'what was stored before is intact, and `cosweep run` continues from it',
      { cause: error },
    );
  }
  return { batch, file, bytes: bytes.length, hash };
}

const CAUSES: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'its folder may not be written',
  EPERM: 'its folder may not be written',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'its folder is not one',
};

async function writeWhole(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Stages that come to the same state write the same checkpoint, maybe at the same time: each under a name of its own.
  const temporary = join(folder, `${file}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(folder, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // what is half written takes room that others could use
    throw error;
  }
  await syncFolder(folder);
}

/** @returns null where the file is gone or is not what the hash says */
export async function readCheckpoint(folder: string, file: string, hash: string): Promise<Uint8Array | null> {
  try {
    const bytes = await readFile(join(folder, file));
    return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export async function removeCheckpoint(folder: string, file: string): Promise<void> {
  await rm(join(folder, file), { force: true });
}

/** Deletes what a killed process left half written, and whole checkpoints that the database does not refer to. */
export async function removeLeftovers(folder: string, wanted: Set<string>): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const ours = names.filter((name) => name.endsWith(SUFFIX) || name.includes(`${SUFFIX}.`));
  await Promise.all(ours.filter((name) => !wanted.has(name)).map((name) => rm(join(folder, name), { force: true })));
}

/** A rename is on the disk only when its folder is; systems that cannot sync a folder (Windows) do it by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync().catch(() => {});
  } finally {
    await handle?.close();
  }
}
