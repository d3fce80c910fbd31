import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { explainFileError } from '../../sweep/file-error.ts';

/** For the owner alone, also while it is being written. */
const PRIVATE = 0o600;

/**
 * Writes a file that nobody else may read, whole or not at all. What is there already is replaced, and its permissions
 * with it.
 *
 * @param what for messages
 */
export function writePrivate(path: string, text: string, what: string): void {
  const unfinished = join(dirname(path), `.${basename(path)}-${process.pid}`);
  try {
    rmSync(unfinished, { force: true });
    const handle = openSync(unfinished, 'wx', PRIVATE);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw explainFileError(error, `write ${what} to ${path}`);
  }
}
