import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { fileReason, isFileError } from '../../sweep/file-error.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { OWNER, ownerOf, writeOwner, type Owner } from './folder-owner.ts';
import { databaseWithId, readIdentity } from './read-identity.ts';
import { identityOf, isSameFile } from './replaced.ts';

/*
 * A checkpoint folder belongs to one database. Its file `owner` says to which: it is written before the first
 * checkpoint, and holds the id of the database and the path that it has. A folder without that file belongs to a
 * database only if the database records at least one file that is in it.
 */

/** The part of a `Storage` that says where its checkpoints are. */
interface Held {
  readonly raw: Connection;
  readonly file: string;
  readonly checkpointFolder: string;
}

/**
 * Where the checkpoints of a database are: in the folder of the stored name, which is beside it or an absolute path. A
 * folder that was renamed together with its database is known by its owner.
 */
export function findCheckpointFolder(raw: Connection, file: string): string {
  const { uuid, checkpoints } = identityIn(raw);
  const usual = `${file}.checkpoints`;
  const stored = checkpoints === null ? usual : resolve(dirname(file), checkpoints);
  return [stored, usual].find((folder) => ownerOf(folder)?.database === uuid) ?? stored;
}

/**
 * The folder that the user names for the checkpoints. It is remembered.
 *
 * @throws {UserError} where it belongs to another database, or the checkpoints are in another folder already
 */
export function chooseCheckpointFolder(raw: Connection, file: string, wanted: string): string {
  const folder = existsSync(wanted) ? realpathSync(wanted) : resolve(wanted);
  const before = findCheckpointFolder(raw, file);
  if (folder === before) return folder;
  const held = { raw, file, checkpointFolder: folder };
  if (!isSharedWithCopy({ ...held, checkpointFolder: before }) && recordsFileIn(raw, before))
    throw refusal(held, `they are in ${before} already; move that folder there first`);
  refuseOthers(held);
  remember(held);
  return folder;
}

/**
 * Makes the folder this database's, before the first checkpoint is written. To be called under the lease.
 *
 * @param tell gets the sentence that recorded checkpoints are missing
 * @throws {UserError} where the folder belongs to another database, or to nobody and is not empty
 */
export function claimCheckpointFolder(storage: Held, tell: (message: string) => void): void {
  const { raw, file, checkpointFolder: folder } = storage;
  try {
    const owner = refuseOthers(storage);
    const { uuid } = identityIn(raw);
    if (owner?.database !== uuid || owner.path !== file) {
      if (!existsSync(folder) && recordedFiles(raw).length > 0)
        tell(
          `The checkpoints of ${file} are not in ${folder}. If the database was moved, move the folder there, or ` +
            'name it with --checkpoints; what is missing is trained again where it is needed',
        );
      mkdirSync(folder, { recursive: true });
      writeOwner(folder, { database: uuid, path: file }, owner !== null);
    }
    remember(storage);
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw new OutsideError(`Cannot write the checkpoints of ${file} in ${folder}: ${fileReason(error)}`, {
      cause: error,
    });
  }
}

/**
 * Whether files of the folder may be deleted: it is this database's, at this database's path. Of two copies of a
 * database one alone is that. A folder without owner is from before there were any; whoever asks deletes only files
 * that its database has recorded.
 */
export function mayDelete(storage: Held): boolean {
  const owner = ownerOf(storage.checkpointFolder);
  if (owner === null) return true;
  return owner.database === identityIn(storage.raw).uuid && (owner.path === storage.file || !isSharedWithCopy(storage));
}

/** @returns the owner by name, which is this database; null where there is none */
function refuseOthers(held: Held): Owner | null {
  const { raw, checkpointFolder: folder } = held;
  const owner = ownerOf(folder);
  if (owner === null) {
    if (!isEmpty(folder) && !recordsFileIn(raw, folder))
      throw refusal(held, 'the folder is not empty, and this database records none of the files in it');
    return null;
  }
  const { uuid } = identityIn(raw);
  if (owner.database !== uuid) throw refusal(held, `the folder belongs to database ${placeOf(owner, folder)}`);
  if (isSharedWithCopy(held))
    throw refusal(held, `the folder belongs to database ${owner.path}, of which this one is a copy`);
  return owner;
}

function refusal({ file, checkpointFolder }: Held, found: string): UserError {
  return new UserError(
    `Cannot keep the checkpoints of database ${file} in ${checkpointFolder}: ${found}. ` +
      'Wanted: a folder of its own; name one with --checkpoints DIR',
  );
}

/** Where the database of this id is now: it may have been moved since it claimed the folder. */
function placeOf({ database, path }: Owner, folder: string): string {
  if (readIdentity(path)?.uuid === database) return path;
  const now = databaseWithId(database, [dirname(path), dirname(folder)]);
  return now === null ? `${path}, which is not there any more` : `${now} (once ${path})`;
}

/** Another file is the same database and uses the same folder. A further link to the file is no other file. */
function isSharedWithCopy({ raw, file, checkpointFolder }: Held): boolean {
  const owner = ownerOf(checkpointFolder);
  if (owner === null || owner.path === file) return false;
  // Asked first: closing a file that is opened once more takes this process's locks from the open database.
  if (existsSync(owner.path) && isSameFile(identityOf(owner.path), identityOf(file))) return false;
  const other = readIdentity(owner.path);
  if (other === null || other.uuid !== identityIn(raw).uuid) return false;
  const others = resolve(dirname(owner.path), other.checkpoints ?? `${basename(owner.path)}.checkpoints`);
  return others === checkpointFolder;
}

/** Names the database, wherever its file is. */
export function databaseId({ raw }: Pick<Storage, 'raw'>): string {
  return identityIn(raw).uuid;
}

function identityIn(raw: Connection): { uuid: string; checkpoints: string | null } {
  return raw.prepare('SELECT uuid, checkpoints FROM "Identity"').get() as { uuid: string; checkpoints: string | null };
}

function remember({ raw, file, checkpointFolder: folder }: Held): void {
  const stored = dirname(folder) === dirname(file) ? basename(folder) : folder;
  raw.prepare('UPDATE "Identity" SET checkpoints = @stored WHERE checkpoints IS NOT @stored').run({ stored });
}

function recordedFiles(raw: Connection): string[] {
  return raw.prepare('SELECT DISTINCT file FROM "Checkpoint"').pluck().all() as string[];
}

function recordsFileIn(raw: Connection, folder: string): boolean {
  return existsSync(folder) && recordedFiles(raw).some((file) => existsSync(join(folder, file)));
}

function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).every((name) => name.startsWith(`${OWNER}.`));
}
