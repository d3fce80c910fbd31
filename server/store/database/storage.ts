import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Database as Connection, Statement } from 'better-sqlite3';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { explainFileError } from '../../sweep/file-error.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { PrismaClient } from '../generated/client.ts';
import { checkPlace, resolveDatabase, whyReadOnly } from './check-place.ts';
import { chooseCheckpointFolder, findCheckpointFolder } from './checkpoint-folder.ts';
import { DamagedError, damageOf, explain } from './database-error.ts';
import { isUpToDate, migrate, migrationsFolder } from './migrate.ts';
import { copyDatabase, toMegabytes, type PrivateCopy } from './private-copy.ts';
import { identityOf, refuseReplaced, type FileIdentity } from './replaced.ts';

/** How long a statement waits for another process to finish its transaction. */
export const BUSY_TIMEOUT_MS = 10_000;

/**
 * An open database: what every function of this room takes first.
 *
 * It has two connections. `prisma` reads and writes single statements; `raw` does every transaction, with `BEGIN
 * IMMEDIATE`. They are never inside a transaction at the same time, because `raw` is synchronous and `$transaction` is
 * not used.
 */
export interface Storage {
  /** Absolute path of the database. */
  readonly file: string;
  /** Absolute path of the file that is open: a private copy where the database's place is read-only. */
  readonly source: string;
  /** The file that is open, as told from any other that takes its path later (`isReplaced`). */
  readonly identity: FileIdentity;
  /**
   * True where nothing may be written: the place is read-only, or reading is all that was asked for. What is open then
   * may be a private copy.
   */
  readonly readOnly: boolean;
  /** Absolute path of the folder that holds its checkpoints; made by `claimCheckpointFolder`. */
  readonly checkpointFolder: string;
  readonly raw: Connection;
  readonly prisma: PrismaClient;
  /**
   * The statement of this text on `raw`, prepared once and kept: a mode that was set on it, such as `pluck`, stays set.
   */
  prepare(sql: string): Statement;
  close(): Promise<void>;
}

export interface OpenOptions {
  file: string;
  /** Only `run FILE`, `probe` and `serve` make a database; to read one that is not there is the user's mistake. */
  create: boolean;
  /**
   * What it is opened for. `write`, the default: a place that cannot be written is refused. `maybe`: it is read from
   * a private copy there. `read`: nothing in its place changes; where its schema is older, the copy is brought up to
   * date.
   */
  access?: 'write' | 'maybe' | 'read';
  /** The folder for its checkpoints, where it was named; it is remembered in the database. */
  checkpoints?: string | null;
  /** Gets the sentence that a copy is read. */
  tell?: (message: string) => void;
  /** Where the migrations are; tests give another folder. */
  migrations?: string;
}

/**
 * Opens a database and brings its schema up to date. A database that is not there is made where `create` allows it. A
 * file that is not one of ours is left as it is.
 */
export async function openStorage(options: OpenOptions): Promise<Storage> {
  const { migrations = migrationsFolder() } = options;
  const path = resolveDatabase(options.file);
  let copy: PrivateCopy | null = null;
  let raw: Connection | undefined;
  try {
    checkFile(path, options);
    copy = copyWhereNeeded(path, options, migrations);
    raw = new Database(copy?.file ?? path, { timeout: BUSY_TIMEOUT_MS });
    prepareConnection(raw, path, migrations);
    const storage = toStorage({
      raw,
      file: path,
      source: copy?.file ?? path,
      identity: identityOf(path),
      ...placeOf(raw, path, copy, options),
      ...(copy === null ? {} : { closed: copy.remove }),
    });
    // Both connections are to the one file, also where it is replaced at the next moment.
    await storage.prisma.$connect();
    refuseReplaced(storage);
    return storage;
  } catch (error) {
    const explained = explainOpening(error, path, raw);
    raw?.close();
    copy?.remove();
    throw explained;
  }
}

/** What a `Storage` is made of. */
interface Opened {
  raw: Connection;
  /** The database, whether it is open itself or as a copy. */
  file: string;
  /** What is open. */
  source: string;
  identity: FileIdentity;
  readOnly: boolean;
  checkpointFolder: string;
  /** Called once it is closed. */
  closed?: () => void;
}

/** The database behind an open connection. */
export function toStorage({ raw, source, closed, ...rest }: Opened): Storage {
  const prisma = new PrismaClient({
    adapter: new PrismaBetterSqlite3(
      { url: `file:${source}`, timeout: BUSY_TIMEOUT_MS, readonly: raw.readonly },
      { timestampFormat: 'unixepoch-ms' },
    ),
  });
  const statements = new Map<string, Statement>();
  return {
    ...rest,
    source,
    raw,
    prisma,
    prepare(sql) {
      let statement = statements.get(sql);
      if (!statement) statements.set(sql, (statement = raw.prepare(sql)));
      return statement;
    },
    async close() {
      await prisma.$disconnect();
      raw.close();
      closed?.();
    },
  };
}

function placeOf(
  raw: Connection,
  path: string,
  copy: PrivateCopy | null,
  { access, checkpoints = null }: OpenOptions,
): Pick<Storage, 'readOnly' | 'checkpointFolder'> {
  const readOnly = copy !== null || access === 'read';
  const checkpointFolder =
    checkpoints === null || readOnly ? findCheckpointFolder(raw, path) : chooseCheckpointFolder(raw, path, checkpoints);
  return { readOnly, checkpointFolder };
}

/** Where there is nothing to read, only who makes databases goes on: an empty file is made into none by a reader. */
function checkFile(path: string, { create }: OpenOptions): void {
  const refuse = (found: string): never => {
    throw new UserError(`Cannot open database ${path}: ${found}`);
  };
  if (!create && !existsSync(path)) refuse('there is no such file');
  checkPlace(path);
  if (!create && statSync(path).size === 0) refuse('the file is empty; `cosweep run FILE` makes a database of it');
}

/** @returns null where the database is opened in its place */
function copyWhereNeeded(
  path: string,
  { access = 'write', tell }: OpenOptions,
  migrations: string,
): PrivateCopy | null {
  const why = whyReadOnly(path) ?? (access === 'read' ? whyOlder(path, migrations) : null);
  if (why === null) return null;
  if (access === 'write' || !existsSync(path)) throw new UserError(`Cannot open database ${path}: ${why}`);
  const copy = copyDatabase(path);
  tell?.(
    `Database ${path} is read from a private copy of ${toMegabytes(copy.size)} in ${dirname(copy.file)}, ` +
      `as it is now (${why}); the copy is deleted at the end`,
  );
  return copy;
}

/** Opened for reading alone: nothing changes, also where it turns out not to be one of ours. */
function whyOlder(path: string, migrations: string): string | null {
  if (!existsSync(path)) return null;
  let raw: Connection | undefined;
  try {
    raw = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    return isUpToDate(raw, path, migrations) ? null : 'its schema is older, and it was opened for reading alone';
  } catch (error) {
    throw explain(error, `open database ${path}`, path, { opening: true });
  } finally {
    raw?.close();
  }
}

/**
 * Brings what was opened up to date.
 *
 * @param path the database that it is, or is the copy of
 */
function prepareConnection(raw: Connection, path: string, migrations: string): void {
  migrate(raw, path, migrations);
  raw.pragma('synchronous = NORMAL');
  raw.pragma('foreign_keys = ON');
}

/** Where nothing else explains why a database cannot be opened, it is looked through before anyone speaks of a bug. */
function explainOpening(error: unknown, path: string, raw: Connection | undefined): unknown {
  if (error instanceof UserError || error instanceof OutsideError) return error;
  const attempted = `open database ${path}`;
  const explained = explainFileError(explain(error, attempted, path, { opening: true }), attempted);
  const damage = explained === error && raw ? damageOf(raw) : null;
  return damage === null ? explained : new DamagedError(attempted, damage, error);
}
