import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Database as Connection, Statement } from 'better-sqlite3';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { UserError } from '../../sweep/user-error.ts';
import { checkPlace } from './check-place.ts';
import { explain } from './database-error.ts';
import { PrismaClient } from '../generated/client.ts';
import { migrate, migrationsFolder } from './migrate.ts';

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
  /** Absolute path of the folder that holds its checkpoints; made by whoever writes the first one. */
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
  /** Where the migrations are; tests give another folder. */
  migrations?: string;
}

/**
 * Opens a database and brings its schema up to date. A database that is not there is made where `create` allows it. A
 * file that is not one of ours is left as it is.
 */
export async function openStorage({ file, create, migrations = migrationsFolder() }: OpenOptions): Promise<Storage> {
  const path = toPath(file);
  if (!create && !existsSync(path)) throw new UserError(`Cannot open database ${path}: there is no such file`);
  checkPlace(path);
  return toStorage(path, connect(path, migrations));
}

/**
 * The database behind an open connection.
 *
 * @param path absolute
 */
export function toStorage(path: string, raw: Connection): Storage {
  const prisma = new PrismaClient({
    adapter: new PrismaBetterSqlite3(
      { url: `file:${path}`, timeout: BUSY_TIMEOUT_MS, readonly: raw.readonly },
      { timestampFormat: 'unixepoch-ms' },
    ),
  });
  const statements = new Map<string, Statement>();
  return {
    file: path,
    checkpointFolder: `${path}.checkpoints`,
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
    },
  };
}

/**
 * A link stands for the file that it leads to: whichever way a database is opened, its checkpoints are in one folder.
 */
function toPath(file: string): string {
  return existsSync(file) ? realpathSync(file) : resolve(file);
}

function connect(path: string, migrations: string): Connection {
  let raw: Connection | undefined;
  try {
    raw = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    migrate(raw, path, migrations);
    raw.pragma('synchronous = NORMAL');
    raw.pragma('foreign_keys = ON');
    return raw;
  } catch (error) {
    raw?.close();
    throw explain(error, `open database ${path}`);
  }
}
