import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';

/** More than any folder of results has. */
const MOST_FILES = 1_000_000;

/** The files below a folder whose names match, by their paths, in order. Links are not followed. */
export function findFiles(folder: string, wanted: RegExp): string[] {
  const found: string[] = [];
  const open = [folder];
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of list(next)) {
      if (++seen > MOST_FILES)
        throw new UserError(
          `Cannot look through ${folder}: found more than ${MOST_FILES} files, wanted a folder below`,
        );
      if (entry.isDirectory()) open.push(join(next, entry.name));
      else if (entry.isFile() && wanted.test(entry.name)) found.push(join(next, entry.name));
    }
  }
  return found.sort();
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw explainFileError(error);
  }
}
