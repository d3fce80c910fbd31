import { damageOf, DamagedError } from '../database/database-error.ts';
import { leaseHolder } from '../database/lease.ts';
import { identityOf, isSameFile } from '../database/replaced.ts';
import { openStorage, type Storage } from '../database/storage.ts';
import { resolveDatabase } from '../database/check-place.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';

/** SQLite attaches so many databases to a connection and no more. */
export const MOST_PARTS = 10;

/** A database whose sweeps are to be merged into another one. Nothing in its place is changed. */
export interface Part {
  storage: Storage;
  /** What SQL calls it, once it is attached to the other one. */
  schema: string;
}

/**
 * Opens the databases that are to be merged and looks them through, before anything is made or changed. One of an older
 * schema is brought up to date in a private copy.
 *
 * @param into the database that they are merged into, whether it is there yet or not
 * @param tell gets the sentence that a copy is read
 */
export async function openParts(
  files: readonly string[],
  into: string,
  tell: (message: string) => void,
): Promise<Part[]> {
  if (files.length > MOST_PARTS)
    throw new UserError(
      `Cannot merge ${files.length} databases at once: at most ${MOST_PARTS} are wanted; ` +
        `merge the first ${MOST_PARTS}, then the others into the same file`,
    );
  const parts: Part[] = [];
  try {
    refuseTwice(files, into);
    for (const file of files) {
      const storage = await openStorage({ file, create: false, access: 'read', tell });
      parts.push({ storage, schema: `part${parts.length}` });
      refuseAtWork(storage);
      const damage = damageOf(storage.raw);
      if (damage !== null) throw new DamagedError(`merge database ${storage.file}`, damage);
    }
    return parts;
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

export async function closeParts(parts: readonly Part[]): Promise<void> {
  for (const { storage } of parts) await storage.close();
}

function refuseTwice(files: readonly string[], into: string): void {
  const seen = new Map<string, string>([[resolveDatabase(into), into]]);
  for (const file of files) {
    const path = resolveDatabase(file);
    const same = [...seen].find(([other]) => other === path || isOneFile(other, path));
    if (same === undefined) seen.set(path, file);
    else
      throw new UserError(
        same[1] === into
          ? `Cannot merge ${file} into ${into}: it is that database itself; wanted other ones`
          : `Cannot merge ${file}: it is named twice (${same[1]}); wanted each database once`,
      );
  }
}

/** A further link to a file is the same file. */
function isOneFile(one: string, other: string): boolean {
  try {
    return isSameFile(identityOf(one), identityOf(other));
  } catch {
    return false; // what is not there is told when it is opened
  }
}

/** What is being trained changes from one moment to the next, and its checkpoints are deleted meanwhile. */
export function refuseAtWork(storage: Storage): void {
  const holder = leaseHolder(storage);
  if (holder === null) return;
  throw new OutsideError(
    `Cannot merge database ${storage.file}: process ${holder.pid} on ${holder.host} trains on it; ` +
      'wait until it is done, or stop it',
  );
}

/** Makes the parts known to the connection by their schemas. No statement writes to one of these. */
export function attach(storage: Storage, parts: readonly Part[]): void {
  for (const { storage: part, schema } of parts) storage.raw.prepare(`ATTACH DATABASE ? AS ${schema}`).run(part.source);
}

/** What was not attached, since attaching failed, is no failure here. */
export function detach(storage: Storage, parts: readonly Part[]): void {
  const attached = storage.raw.pragma('database_list') as { name: string }[];
  for (const { schema } of parts)
    if (attached.some(({ name }) => name === schema)) storage.raw.exec(`DETACH DATABASE ${schema}`);
}
