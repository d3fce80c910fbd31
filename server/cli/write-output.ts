import { writeFileSync } from 'node:fs';
import { explainFileError } from '../sweep/file-error.ts';

/** Writes what a command was asked for to the place that `--out` names. */
export function writeOutput(file: string, content: string | Uint8Array, what: string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw explainFileError(error, `write ${what} to ${file}`);
  }
}
