import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredCheckpoint } from '../../store/reading/read-checkpoints.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import type { SentCheckpoint } from './sent-checkpoint.ts';

/** The name says the content, so that writing the same checkpoint twice is writing it once. */
const SUFFIX = '.checkpoint';

/** Read at once where a file is only looked through, in bytes. */
const CHUNK = 2 ** 20;

export function fileOf(hash: string): string {
  return `${hash}${SUFFIX}`;
}

/**
 * Puts a checkpoint that was sent into the folder, so that a file of its name is always whole: temporary name, fsync,
 * rename, fsync of the folder. One that came as a file has its temporary name and is synced already.
 *
 * @param folder made if it is not there
 */
export async function storeCheckpoint(
  folder: string,
  { batch, hash, size, content }: SentCheckpoint,
): Promise<StoredCheckpoint> {
  const stored = { batch, hash, size, file: fileOf(hash) };
  try {
    // A file that has this name already may be damaged: its bytes decide, not its length.
    const isThere = await isWhole(folder, stored);
    if ('file' in content) await (isThere ? removeCheckpoint : takeItsName)(folder, unnamed(content.file), stored.file);
    else if (!isThere) await writeWhole(folder, stored.file, content.bytes);
  } catch (error) {
    throw cannotWrite(join(folder, stored.file), error);
  }
  return stored;
}

/**
 * Writes a checkpoint of any size under a temporary name, piece by piece, and syncs it.
 *
 * @param folder made if it is not there
 */
export async function writeUnnamed(
  folder: string,
  pieces: Iterable<Uint8Array>,
): Promise<{ file: string; hash: string; size: number }> {
  const file = `${randomUUID()}${SUFFIX}.tmp`;
  const hash = createHash('sha256');
  let size = 0;
  function* passing(): Iterable<Uint8Array> {
    for (const piece of pieces) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  try {
    await mkdir(folder, { recursive: true });
    await writeSynced(join(folder, file), passing());
  } catch (error) {
    throw cannotWrite(join(folder, file), error);
  }
  return { file, hash: hash.digest('hex'), size };
}

function cannotWrite(path: string, error: unknown): OutsideError {
  return new OutsideError(
    `Cannot write checkpoint ${path}: ${CAUSES[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error)}; ` +
      'what was stored before is intact, and `cosweep run` continues from it',
    { cause: error },
  );
}

const CAUSES: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'its folder may not be written',
  EPERM: 'its folder may not be written',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'its folder is not one',
};

/** A trainer names a file that it has written with `writeUnnamed`, and no other one. */
function unnamed(file: string): string {
  if (/^[\w-]+\.checkpoint\.tmp$/.test(file)) return file;
  throw new Error(`Found the file ${file}, wanted one with a temporary name in the checkpoint folder`);
}

async function writeWhole(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Stages that come to the same state write the same checkpoint, maybe at the same time: each under a name of its own.
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeSynced(join(folder, temporary), [bytes]);
  await takeItsName(folder, temporary, file);
}

async function writeSynced(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  try {
    const handle = await open(path, 'w');
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => {}); // what is half written takes room that others could use
    throw error;
  }
}

async function takeItsName(folder: string, temporary: string, file: string): Promise<void> {
  try {
    await rename(join(folder, temporary), join(folder, file));
  } catch (error) {
    await rm(join(folder, temporary), { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** @returns null where the file is gone or is not what the hash says */
export async function readCheckpoint(
  folder: string,
  { file, hash }: Pick<StoredCheckpoint, 'file' | 'hash'>,
): Promise<Uint8Array | null> {
  try {
    const bytes = await readFile(join(folder, file));
    return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether the file is there and is what the hash says; it is looked through, and never whole in memory. */
export async function isWhole(
  folder: string,
  { file, hash }: Pick<StoredCheckpoint, 'file' | 'hash'>,
): Promise<boolean> {
  const found = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(folder, file), { highWaterMark: CHUNK })) found.update(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  return found.digest('hex') === hash;
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
