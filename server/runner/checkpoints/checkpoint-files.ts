import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredCheckpoint } from '../../store/reading/read-checkpoints.ts';
import type { NotedFile } from '../../store/training/note-files.ts';
import { fileReason, isFileError } from '../../sweep/file-error.ts';
import { OutsideError } from '../../sweep/user-error.ts';
import type { SentCheckpoint } from './sent-checkpoint.ts';

/** The name says the content, so that writing the same checkpoint twice is writing it once. */
const SUFFIX = '.checkpoint';

/** Read at once where a file is only looked through, in bytes. */
const CHUNK = 2 ** 20;

/** Where something else than a file has the name of a checkpoint, a further one is taken. */
async function nameFor(folder: string, hash: string): Promise<string> {
  for (let further = 0; ; further++) {
    const file = `${hash}${further === 0 ? '' : `-${further}`}${SUFFIX}`;
    const found = await stat(join(folder, file)).catch(() => null);
    if (!found?.isDirectory()) return file;
  }
}

/** A name for the temporary files of one sweep, to be noted before any of them is written. */
export function nameOfTemporaries(): string {
  return `${randomUUID()}${SUFFIX}`;
}

/**
 * Puts a checkpoint that was sent into the folder, so that a file of its name is always whole: temporary name, fsync,
 * rename, fsync of the folder. One that came as a file has its temporary name and is synced already.
 *
 * @param folder made if it is not there
 * @param note is called with the name of the file, and waited for, before anything is written
 */
export async function storeCheckpoint(
  folder: string,
  { batch, hash, size, content }: SentCheckpoint,
  note: (file: string) => Promise<void> | void,
): Promise<StoredCheckpoint> {
  const stored = { batch, hash, size, file: await nameFor(folder, hash) };
  await note(stored.file);
  try {
    // A file that has this name already may be damaged: its bytes decide, not its length.
    const isThere = await isWhole(folder, stored);
    if ('file' in content) await (isThere ? removeTemporary : takeItsName)(folder, unnamed(content.file), stored.file);
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
 * @param name of which it is a temporary file
 */
export async function writeUnnamed(
  folder: string,
  name: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<{ file: string; hash: string; size: number }> {
  const file = `${name}.${randomUUID()}.tmp`;
  const hash = createHash('sha256');
  let size = 0;
  async function* passing(): AsyncIterable<Uint8Array> {
    for await (const piece of pieces) {
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
    `Cannot write checkpoint ${path}: ${fileReason(error)}; ` +
      'what was stored before is intact, and the same command may be given again',
    { cause: error },
  );
}

/** A trainer names a file that it has written with `writeUnnamed`, and no other one. */
function unnamed(file: string): string {
  if (/^[\w-]+\.checkpoint\.[\w-]+\.tmp$/.test(file)) return file;
  throw new Error(`Found the file ${file}, wanted one with a temporary name in the checkpoint folder`);
}

async function writeWhole(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Stages that come to the same state write the same checkpoint, maybe at the same time: each under a name of its own.
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeSynced(join(folder, temporary), [bytes]);
  await takeItsName(folder, temporary, file);
}

/** Leaves nothing where it fails. */
export async function writeSynced(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    const handle = await open(path, 'w');
    try {
      for await (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => {}); // what is half written takes room that others could use
    throw error;
  }
}

/** A file that is written and synced gets the name by which it is known; the file that had it is replaced. */
export async function takeItsName(folder: string, temporary: string, file: string): Promise<void> {
  try {
    await rename(join(folder, temporary), join(folder, file));
  } catch (error) {
    await rm(join(folder, temporary), { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** @returns null where the file is gone, cannot be read or is not what the hash says */
export async function readCheckpoint(
  folder: string,
  { file, hash }: Pick<StoredCheckpoint, 'file' | 'hash'>,
): Promise<Uint8Array | null> {
  try {
    if (!(await isFile(join(folder, file)))) return null;
    const bytes = await readFile(join(folder, file));
    return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : null;
  } catch (error) {
    if (isLost(error)) return null;
    throw error;
  }
}

/** Whether there is a file: a folder is none, and a pipe, which would be waited for, is none either. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
}

/**
 * A checkpoint that cannot be read is lost, whatever the reason: what it held can be trained again. Only where this
 * process lacks what it needs to read any file, it is not the checkpoint's fault.
 */
function isLost(error: unknown): boolean {
  return isFileError(error) && !['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].includes(error.code);
}

/** Whether the file can be read and is what the hash says; it is looked through, and never whole in memory. */
export async function isWhole(
  folder: string,
  { file, hash }: Pick<StoredCheckpoint, 'file' | 'hash'>,
): Promise<boolean> {
  const found = createHash('sha256');
  try {
    if (!(await isFile(join(folder, file)))) return false;
    for await (const chunk of createReadStream(join(folder, file), { highWaterMark: CHUNK })) found.update(chunk);
  } catch (error) {
    if (isLost(error)) return false;
    throw error;
  }
  return found.digest('hex') === hash;
}

async function removeTemporary(folder: string, file: string): Promise<void> {
  await rm(join(folder, file), { force: true });
}

/**
 * Deletes what a killed process left: of the files that were noted those that no checkpoint refers to, and temporary
 * files of the names that were noted. Nothing else in the folder is touched, however it is called.
 */
export async function removeLeftovers(folder: string, noted: readonly NotedFile[]): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const { file, isRecorded } of noted) {
    const left = names.filter((name) => name.startsWith(`${file}.`) && name.endsWith('.tmp'));
    if (!isRecorded && names.includes(file)) left.push(file);
    for (const name of left) await rm(join(folder, name), { force: true });
  }
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
