import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { explainFileError } from '../sweep/file-error.ts';

interface NewFile {
  file: string;
  content: string | Uint8Array;
  /** For messages. */
  what: string;
}

/**
 * Writes files that are not there yet: a command that opens no database cannot know what it must not write onto. Either
 * all of them are there afterwards or none, so that it can be tried again.
 */
export function writeNew(files: readonly NewFile[]): void {
  const made: string[] = [];
  for (const { file, content, what } of files) {
    try {
      const handle = openSync(file, 'wx');
      made.push(file);
      try {
        writeFileSync(handle, content);
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      for (const each of made) rmSync(each, { force: true });
      throw explainFileError(error, `write ${what} to ${file}`);
    }
  }
}
