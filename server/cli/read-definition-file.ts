import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../sweep/user-error.ts';

/** A definition's text, and where it is. */
export interface DefinitionFile {
  text: string;
  /** Absolute. */
  path: string;
  /** Where its relative paths start. */
  folder: string;
}

const reasons: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'it may not be read' };

export function readDefinitionFile(file: string): DefinitionFile {
  const path = resolve(file);
  try {
    return { text: readFileSync(path, 'utf8'), path, folder: dirname(path) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !(code in reasons)) throw error;
    throw new UserError(`Cannot read the sweep definition ${path}: ${reasons[code]}; want a JSON file such as those in sweeps/`);
  }
}
