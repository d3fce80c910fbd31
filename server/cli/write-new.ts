import { writeFileSync } from 'node:fs';
import { explainFileError } from '../sweep/file-error.ts';

/** Writes a file that is not there yet: a command that opens no database cannot know what it must not write onto. */
export function writeNew(file: string, content: string | Uint8Array, what: string): void {
  try {
    writeFileSync(file, content, { flag: 'wx' });
  } catch (error) {
    throw explainFileError(error, `write ${what} to ${file}`);
  }
}
