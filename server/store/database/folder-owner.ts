import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file of a folder that says whose it is. */
export const OWNER = 'owner';

/** The database that a folder belongs to. */
export interface Owner {
  /** The id of the database. */
  database: string;
  /** The path that the database had when it claimed the folder. */
  path: string;
}

/**
 * Whose a folder is.
 *
 * @returns null where it does not say; what cannot be read or understood belongs to nobody who is known
 */
export function ownerOf(folder: string): Owner | null {
  const file = join(folder, OWNER);
  if (!existsSync(file)) return null;
  try {
    const { database, path } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    if (typeof database === 'string' && typeof path === 'string') return { database, path };
  } catch {
    // see below
  }
  return { database: '', path: `that ${file} names, which cannot be read` };
}

/** Whole or not at all; of two databases that claim a folder at the same moment, one finds it taken. */
export function writeOwner(folder: string, owner: Owner, replaces: boolean): void {
  const path = join(folder, OWNER);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(owner, null, 2)}\n`, { flush: true });
    if (replaces || !linked(temporary, path)) renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** @returns false where the file system has no links */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code!)) return false;
    throw error;
  }
}
