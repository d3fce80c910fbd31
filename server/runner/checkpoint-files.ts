import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFile } from '../store/commit-segment.ts';

/** The name says the content, so that writing the same checkpoint twice is writing it once. */
const SUFFIX = '.checkpoint';

/**
 * Writes a checkpoint so that a file of its name is always whole: temporary name, fsync, rename, fsync of the folder.
 *
 * @param folder made if it is not there
 */
export async function writeCheckpoint(folder: string, { batch, bytes }: { batch: number; bytes: Uint8Array }): Promise<CheckpointFile> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const file = `${hash}${SUFFIX}`;
  const path = join(folder, file);
  await mkdir(folder, { recursive: true });
  if (!(await hasLength(path, bytes.length))) {
    const temporary = `${path}.${process.pid}.tmp`;
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  }
  return { batch, file, bytes: bytes.length, hash };
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
export async function sweepFolder(folder: string, wanted: Set<string>): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const ours = names.filter((name) => name.endsWith(SUFFIX) || name.includes(`${SUFFIX}.`));
  await Promise.all(ours.filter((name) => !wanted.has(name)).map((name) => rm(join(folder, name), { force: true })));
}

async function hasLength(path: string, length: number): Promise<boolean> {
  return stat(path).then(({ size }) => size === length, () => false);
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
