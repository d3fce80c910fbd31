import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { explainFileError } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';
import { projectFolder } from '../training/project-folder.ts';
import { writeOutput } from './write-output.ts';

/** A Python file in the user's folder, and what was there before. */
export interface CopiedFile {
  path: string;
  was: 'missing' | 'same' | 'different';
}

/**
 * Copies the shipped Python files into a folder, which is made where it is missing. Where a file of such a name differs
 * nothing at all is written: it may be the user's own, or an older one that was changed.
 *
 * @param force overwrites what differs
 */
export function copyPythonFiles(dir: string, force: boolean): { folder: string; files: CopiedFile[] } {
  const folder = resolve(dir);
  const shipped = readShipped();
  const files = shipped.map(({ name, bytes }) => {
    const path = join(folder, name);
    return { path, bytes, was: compare(path, bytes) };
  });
  const different = files.filter(({ was }) => was === 'different').map(({ path }) => path);
  if (different.length > 0 && !force) {
    throw new UserError(
      `Cannot copy the Python files: found ${different.join(' and ')} with other contents; ` +
        'wanted another folder, or --force to overwrite',
    );
  }
  makeFolder(folder);
  for (const { path, bytes, was } of files) if (was !== 'same') writeOutput(path, bytes, 'the Python file');
  return { folder, files: files.map(({ path, was }) => ({ path, was })) };
}

function readShipped(): { name: string; bytes: Buffer }[] {
  const folder = join(projectFolder(), 'python');
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return names.sort().map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

function compare(path: string, bytes: Buffer): CopiedFile['was'] {
  try {
    return readFileSync(path).equals(bytes) ? 'same' : 'different';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw explainFileError(error, `copy a Python file to ${path}`);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw explainFileError(error, `make the folder ${folder}`);
  }
}
