import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { explainFileError, fileReason, isFileError, isOutside } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';

/** A definition's text, and where it is. */
export interface DefinitionFile {
  text: string;
  /** Absolute. */
  path: string;
  /** The folder that its relative paths start at. */
  folder: string;
}

export function readDefinitionFile(file: string): DefinitionFile {
  const path = resolve(file);
  try {
    // Decoded strictly: otherwise a name in another encoding would be stored with replacement characters.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)), path, folder: dirname(path) };
  } catch (error) {
    const isNoText = (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    if (isOutside(error) || !(isNoText || isFileError(error)))
      throw explainFileError(error, `read the sweep definition ${path}`);
    const found = isNoText ? 'it is not text in UTF-8' : fileReason(error);
    throw new UserError(
      `Cannot read the sweep definition ${path}: ${found}; want a JSON file such as those in sweeps/`,
    );
  }
}
