import { closeSync, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../sweep/user-error.ts';

/** A definition's text, and where it is. */
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

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'it may not be read',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8',
};

/**
 * Reads a definition, once: what comes through a pipe cannot be read again.
 *
 * @param file a path, also one such as /dev/fd/63 that leads to a pipe, or `-` for the standard input
 */
export async function readDefinitionFile(file: string): Promise<DefinitionFile> {
  try {
    const { bytes, ...place } = isStdin(file) ? await readStdin() : readPath(file);
    // Decoded strictly: otherwise a name in another encoding would be stored with replacement characters.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), ...place };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(
      `Cannot read the sweep definition ${isStdin(file) ? 'on stdin' : resolve(file)}: ` +
        `${REASONS[code] ?? message}; want a JSON file such as those in sweeps/`,
    );
  }
}

type Read = Omit<DefinitionFile, 'text'> & { bytes: Uint8Array };

function isStdin(file: string): boolean {
  if (file === STDIN) return true;
  return STDIN_PATHS.includes(file) && statSync(file, { throwIfNoEntry: false })?.isFile() !== true;
}

async function readStdin(): Promise<Read> {
  return { bytes: await buffer(process.stdin), source: 'on stdin', ...pipePlace() };
}

function readPath(file: string): Read {
  const fd = openSync(file, 'r');
  try {
    const bytes = readFileSync(fd);
    if (!fstatSync(fd).isFile()) return { bytes, source: file, ...pipePlace() };
    const path = realpathSync(file);
    // Of a file that is named by an open descriptor (/dev/stdin), the folder of that name says nothing.
    const named = /^\/(dev|proc)\//.test(resolve(file)) ? path : resolve(file);
    return { bytes, source: file, path, folder: dirname(named) };
  } finally {
    closeSync(fd);
  }
}

/** What comes through a pipe is nowhere: its relative paths start where the user is. */
function pipePlace(): Pick<DefinitionFile, 'path' | 'folder'> {
  return { path: resolve(STDIN), folder: process.cwd() };
}
