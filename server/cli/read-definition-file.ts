import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { MAX_LENGTH } from '../sweep/definition/max-length.ts';
import { partOf } from '../sweep/definition/part.ts';
import { explainFileError, fileReason, isFileError, isOutside } from '../sweep/file-error.ts';
import { DefinitionError } from '../sweep/problem.ts';
import { UserError } from '../sweep/user-error.ts';

/** A definition's text, and where it is. Of a sweep of W&B's it is the text of the definition that it is here. */
export interface DefinitionFile {
  text: string;
  /** What messages call it. */
  source: string;
  /** Absolute and without links; of what came through a pipe, a file `-` in the current folder. */
  path: string;
  /** The folder that its relative paths start at. */
  folder: string;
}

/** The standard input, in the word that commands have for it. */
export const STDIN = '-';

/** Other names of it; opening them again fails where it is a socket. */
const STDIN_PATHS = ['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/**
 * Reads a definition, once: what comes through a pipe cannot be read again.
 *
 * @param file a path, also one such as /dev/fd/63 that leads to a pipe, or `-` for the standard input
 */
export async function readDefinitionFile(file: string): Promise<DefinitionFile> {
  try {
    const { bytes, ...place } = isStdin(file) ? await readStdin() : readPath(file);
    // Decoded strictly: otherwise a name in another encoding would be stored with replacement characters.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (isYaml(file)) return { text: await translate(text, file), ...place };
    return { text, ...place, folder: baseOf(text, place) };
  } catch (error) {
    const name = isStdin(file) ? 'on stdin' : resolve(file);
    const isNoText = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    if (isOutside(error) || !(isNoText || isFileError(error)))
      throw explainFileError(error, `read the sweep definition ${name}`);
    const found = isNoText ? 'it is not text in UTF-8' : fileReason(error);
    throw new UserError(
      `Cannot read the sweep definition ${name}: ${found}; want a JSON file such as those in sweeps/`,
    );
  }
}

/** A sweep as W&B's are written. */
export function isYaml(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/** Relative paths of a part start where those of the whole definition do, seen from where the part really is. */
function baseOf(text: string, { path, folder }: Pick<DefinitionFile, 'path' | 'folder'>): string {
  const found = partOf(text);
  return found === null ? folder : dirname(resolve(dirname(path), found.part.of));
}

async function translate(text: string, file: string): Promise<string> {
  const { toDefinition } = await import('../wandb/to-definition.ts');
  const read = toDefinition(text, basename(file));
  if ('problems' in read) throw new DefinitionError(`Cannot read the sweep definition ${file}`, read.problems);
  return `${JSON.stringify(read.definition, null, 2)}\n`;
}

/** A character takes four bytes at most. No more is read: a device such as /dev/zero never ends. */
const MAX_BYTES = 4 * MAX_LENGTH;
const CHUNK = 2 ** 20;

type Read = Omit<DefinitionFile, 'text'> & { bytes: Uint8Array };

function isStdin(file: string): boolean {
  if (file === STDIN) return true;
  return STDIN_PATHS.includes(file) && statSync(file, { throwIfNoEntry: false })?.isFile() !== true;
}

async function readStdin(): Promise<Read> {
  const source = 'on stdin';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    refuseLong((length += chunk.length), source);
  }
  return { bytes: Buffer.concat(chunks), source, ...pipePlace() };
}

function readPath(file: string): Read {
  const fd = openSync(file, 'r');
  try {
    const bytes = readAll(fd, file);
    if (!fstatSync(fd).isFile()) return { bytes, source: file, ...pipePlace() };
    const path = realpathSync(file);
    // Of a file that is named by an open descriptor (/dev/stdin), the folder of that name says nothing.
    const named = /^\/(dev|proc)\//.test(resolve(file)) ? path : resolve(file);
    return { bytes, source: file, path, folder: dirname(named) };
  } finally {
    closeSync(fd);
  }
}

function readAll(fd: number, source: string): Buffer {
  const chunks: Buffer[] = [];
  for (let length = 0; ;) {
    const chunk = Buffer.alloc(CHUNK);
    const count = readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    refuseLong((length += count), source);
  }
}

function refuseLong(length: number, source: string): void {
  if (length > MAX_BYTES)
    throw new UserError(
      `Cannot read the sweep definition ${source}: found more than ${MAX_BYTES} bytes, ` +
        `wanted a definition of at most ${MAX_LENGTH} characters`,
    );
}

/** What comes through a pipe is nowhere: its relative paths start where the user is. */
function pipePlace(): Pick<DefinitionFile, 'path' | 'folder'> {
  return { path: resolve(STDIN), folder: process.cwd() };
}
