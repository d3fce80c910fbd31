import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { explainFileError } from '../sweep/file-error.ts';
import { UserError } from '../sweep/user-error.ts';

export interface WrittenFile {
  /** Relative to the folder. */
  name: string;
  bytes: number;
}

/**
 * Writes a folder of files so that it is there whole or not at all: it is written beside its place, and renamed. A
 * folder that an export has written before is replaced. Whatever else is in a folder is the user's, so a folder that
 * holds anything else is refused.
 *
 * @param write fills the folder that it is given
 * @returns the files, and what `write` returned
 */
export async function writeWholeFolder<T>(
  folder: string,
  write: (folder: string) => Promise<T> | T,
): Promise<{ files: WrittenFile[]; written: T }> {
  const attempted = `write the export to ${folder}`;
  try {
    const place = placeOf(folder);
    tidyUp(place);
    refuseForeign(place, attempted);
    refuseOwnFolder(place, attempted);
    mkdirSync(dirname(place), { recursive: true });
    const part = besides(place, 'part');
    try {
      mkdirSync(part);
      const written = await write(part);
      const files = filesIn(part);
      writeFileSync(join(part, MARK), `${JSON.stringify({ files: files.map(({ name }) => name) }, null, 2)}\n`);
      putInPlace(part, place, attempted);
      return { files, written };
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFileError(error, attempted);
  }
}

/** Names the files of an export, so that it can be told from what a user has put beside them. */
const MARK = 'cosweep-export.json';

const Mark = z.object({ files: z.array(z.string()) });

/** What a link leads to is replaced, and not the link. */
function placeOf(folder: string): string {
  return statSync(folder, { throwIfNoEntry: false }) === undefined ? folder : realpathSync(folder);
}

function refuseForeign(place: string, attempted: string): void {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) return;
  const wanted = 'wanted a new or an empty folder, or one with an earlier export and nothing else in it';
  if (!found.isDirectory()) throw new UserError(`Cannot ${attempted}: it is not a folder; ${wanted}`);
  const foreign = findForeign(place);
  if (foreign !== undefined) throw new UserError(`Cannot ${attempted}: found ${foreign} in it; ${wanted}`);
}

/** Looks at the top first: the folder may be a home with a million files. */
function findForeign(place: string): string | undefined {
  const own = new Set([MARK, ...filesOfExport(place)]);
  const tops = new Set([...own].map((name) => name.split(sep)[0]!));
  const top = readdirSync(place).find((name) => !tops.has(name));
  return top ?? filesIn(place).find(({ name }) => !own.has(name))?.name;
}

function filesOfExport(place: string): string[] {
  try {
    return Mark.parse(JSON.parse(readFileSync(join(place, MARK), 'utf8'))).files;
  } catch {
    return []; // none has been written here
  }
}

function filesIn(folder: string): WrittenFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({ name: relative(folder, file), bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0 }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A folder that a shell stands in would be gone under it. */
function refuseOwnFolder(place: string, attempted: string): void {
  const inside = relative(place, realpathSync(process.cwd()));
  if (inside !== '' && (inside.startsWith('..') || isAbsolute(inside))) return;
  throw new UserError(`Cannot ${attempted}: it is the current folder or above it; wanted a folder of its own`);
}

/**
 * A folder cannot be renamed onto one that has files, so the old one is moved away first, and back if that fails. The
 * user may have put something into it while the new one was written: then it stays as it is.
 */
function putInPlace(part: string, place: string, attempted: string): void {
  const before = statSync(place, { throwIfNoEntry: false });
  if (before === undefined) return renameSync(part, place);
  chmodSync(part, before.mode);
  const old = besides(place, 'old');
  renameSync(place, old);
  try {
    refuseForeign(old, attempted);
    renameSync(part, place);
  } catch (error) {
    renameSync(old, place);
    throw error;
  }
  rmSync(old, { recursive: true });
}

/** In the same folder, so that renaming moves no bytes. */
function besides(place: string, what: 'part' | 'old'): string {
  return join(dirname(place), `.${basename(place)}-${what}-${process.pid}`);
}

/** What killed exports left: half a folder is of no use, and an old one goes back where there is no new one. */
function tidyUp(place: string): void {
  const above = dirname(place);
  if (!existsSync(above)) return;
  const beginning = `.${basename(place)}-`;
  for (const name of readdirSync(above).filter((each) => each.startsWith(beginning))) {
    const [, what, pid] = /^(part|old)-(\d+)$/.exec(name.slice(beginning.length)) ?? [];
    if (what === undefined || isAlive(Number(pid))) continue;
    const left = join(above, name);
    if (what === 'old' && !existsSync(place)) renameSync(left, place);
    else rmSync(left, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
