import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../sweep/user-error.ts';

/** A definition's text, and where it is. */
export interface DefinitionFile {
  text: string;
  /** Absolute. */
  path: string;
  /** The folder that its relative paths start at. */
  folder: string;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8',
};

export function readDefinitionFile(file: string): DefinitionFile {
  const path = resolve(file);
  try {
    // Decoded strictly: otherwise a name in another encoding would be stored with replacement characters.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)), path, folder: dirname(path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !(code in REASONS)) throw error;
    throw new UserError(
      `Cannot read the sweep definition ${path}: ${REASONS[code]}; want a JSON file such as those in sweeps/`,
    );
  }
}
