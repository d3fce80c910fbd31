import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError } from '../../sweep/file-error.ts';
import { MANIFEST, programFiles } from './program-files.ts';

/**
 * Paths in a copy of a program that are not the program's: what its runs have written there, or what came with the
 * database. The copy is the program's working folder, so it may read them, import them, or run them.
 */
export async function strangeFiles(copy: string): Promise<string[]> {
  const files = await programFiles(copy);
  const found: string[] = [];
  const look = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(copy, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await look(path);
      else if (path !== MANIFEST && !(entry.isFile() && files.has(path))) found.push(path);
    }
  };
  await look('');
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** Deletes those that Python has compiled, or seems to have: it takes them in the place of the program's own. */
export async function removeCaches(copy: string): Promise<void> {
  try {
    for (const path of await strangeFiles(copy))
      if (path.split('/').includes('__pycache__')) await rm(join(copy, path), { force: true });
  } catch (error) {
    throw explainFileError(error, `delete what Python has compiled in ${copy}`);
  }
}
