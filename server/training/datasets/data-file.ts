import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { OutsideError, UserError } from '../../sweep/user-error.ts';

/** A regular file that is open for reading. */
export interface DataFile {
  path: string;
  /** Bytes; nothing behind them is read, so that a file which grows, or never ends, ends here. */
  size: number;
  handle: FileHandle;
}

const PIECE = 2 ** 20;

/** What the user can mend; every other failure of reading is the machine's. */
const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EINVAL: 'it has no name that a file can have',
  ERR_INVALID_ARG_VALUE: 'it has no name that a file can have',
};

/**
 * Opens a file that a definition names, for as long as `use` takes.
 *
 * @param wanted what the file should be, for messages: "a CSV file"
 * @throws {UserError} where it is missing, may not be read, or is no regular file: a pipe would be waited for, a device
 *   never ends
 */
export async function withDataFile<T>(path: string, wanted: string, use: (file: DataFile) => Promise<T>): Promise<T> {
  try {
    // Before it is opened, too: opening a device may already do something.
    refuseIrregular(path, await stat(path), wanted);
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await handle.stat();
      refuseIrregular(path, found, wanted);
      return await use({ path, size: found.size, handle });
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw isSystemError(error) ? cannotRead(path, error, wanted) : error;
  }
}

/** Refuses what is no regular file, without opening it. */
export async function checkRegular(path: string, wanted: string): Promise<void> {
  try {
    refuseIrregular(path, await stat(path), wanted);
  } catch (error) {
    throw isSystemError(error) ? cannotRead(path, error, wanted) : error;
  }
}

/** The first bytes; fewer where the file is that short. */
export async function readStart({ handle, size }: DataFile, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.min(length, size));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return buffer.subarray(0, bytesRead);
}

/** The file's bytes, piece by piece. */
export async function* readPieces({ handle, size }: DataFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size;) {
    const piece = new Uint8Array(Math.min(PIECE, size - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** All of the file; fewer bytes than its size where it was cut off meanwhile. */
export async function readWhole(file: DataFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for await (const piece of readPieces(file)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes.subarray(0, at);
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

function refuseIrregular(path: string, kind: Kind, wanted: string): void {
  if (kind.isFile()) return;
  const found = kind.isDirectory()
    ? 'a folder'
    : kind.isFIFO()
      ? 'a named pipe'
      : kind.isSocket()
        ? 'a socket'
        : 'a device';
  throw new UserError(`Cannot read ${path}: it is ${found}; ${wanted} is wanted`);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code !== undefined && (syscall !== undefined || code in REASONS);
}

function cannotRead(path: string, error: NodeJS.ErrnoException, wanted: string): Error {
  const reason = REASONS[error.code!];
  if (reason !== undefined) return new UserError(`Cannot read ${path}: ${reason}; ${wanted} is wanted`);
  return new OutsideError(`Cannot read ${path}: ${error.message}; a file that can be read is wanted`);
}
