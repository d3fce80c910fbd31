import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database as Connection } from 'better-sqlite3';
import { UserError } from '../../sweep/user-error.ts';

/** "COSW": marks a file as ours, so that a foreign database is told apart whatever tables it has. */
export const APPLICATION_ID = 0x434f5357;

/** Prisma's own table, column for column: `prisma migrate deploy` finds the migrations applied. */
const MIGRATIONS_TABLE = `CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}
interface Applied {
  name: string;
  checksum: string;
  finished: number | null;
}

/**
 * Brings a database up to date: applies the migrations that it has not seen, all in one transaction, then switches it
 * to WAL. Processes that open the same new file wait for the one that came first and find nothing left to do. A file
 * that is refused is left byte for byte as it was: until the first migration is applied, everything here only reads.
 */
export function migrate(raw: Connection, file: string, folder: string): void {
  const known = readMigrations(folder);
  const look = (): Migration[] => missingMigrations(raw, file, known);
  // Most databases lack nothing: looking first spares readers from waiting for the process that writes.
  if (raw.transaction(look).deferred().length > 0) {
    raw.transaction(() => applyAll(raw, look())).immediate();
  }
  useWriteAheadLog(raw);
}

/** Whether a database can be used as it is: nothing in it has to be changed before. */
export function isUpToDate(raw: Connection, file: string, folder: string): boolean {
  const missing = missingMigrations(raw, file, readMigrations(folder));
  return missing.length === 0 && raw.pragma('journal_mode', { simple: true }) === 'wal';
}

function missingMigrations(raw: Connection, file: string, known: Migration[]): Migration[] {
  const applied = readApplied(raw, file);
  refuseForeign(known, applied, file);
  return known.slice(applied.length);
}

function applyAll(raw: Connection, missing: Migration[]): void {
  if (raw.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    raw.pragma(`application_id = ${APPLICATION_ID}`);
    raw.exec(MIGRATIONS_TABLE);
  }
  for (const migration of missing) apply(raw, migration);
}

/** `prisma/migrations` of the package, whether this file runs from the sources or from `dist`. */
export function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'prisma', 'migrations');
    if (existsSync(join(candidate, 'migration_lock.toml'))) return candidate;
    if (folder === dirname(folder)) throw new Error('prisma/migrations is missing from the package');
    folder = dirname(folder);
  }
}

/** The name of the newest migration that a database has. */
export function schemaName(raw: Connection): string | null {
  return readRows(raw).at(-1)?.name ?? null;
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

function readApplied(raw: Connection, file: string): Applied[] {
  const id = raw.pragma('application_id', { simple: true });
  if (id === APPLICATION_ID) return readRows(raw);
  const tables = raw.prepare('SELECT count(*) FROM sqlite_master').pluck().get();
  if (id === 0 && tables === 0) return [];
  throw new UserError(
    `Cannot open database ${file}: it is an SQLite database of another program; name another file with --db`,
  );
}

function readRows(raw: Connection): Applied[] {
  return raw
    .prepare(
      `SELECT migration_name AS name, checksum, finished_at AS finished FROM _prisma_migrations
    WHERE rolled_back_at IS NULL ORDER BY migration_name`,
    )
    .all() as Applied[];
}

/**
 * The migrations that were applied must be the first of those that are known, letter for letter. Anything else is the
 * schema of a newer Cosweep or of another build.
 */
function refuseForeign(known: Migration[], applied: Applied[], file: string): void {
  for (const [i, { name, checksum, finished }] of applied.entries()) {
    const own = known.find((migration) => migration.name === name);
    if (!own) {
      throw new UserError(
        `Cannot open database ${file}: its schema (${name}) is newer than this Cosweep knows ` +
          `(${known.at(-1)?.name}); update Cosweep, or name another file with --db`,
      );
    }
    if (finished === null || own !== known[i] || own.checksum !== checksum) {
      throw new UserError(
        `Cannot open database ${file}: its schema was made by another build of Cosweep (migration ${name} differs); ` +
          'open it with that build, or name another file with --db',
      );
    }
  }
}

function apply(raw: Connection, { name, sql, checksum }: Migration): void {
  const startedAt = Date.now();
  raw.exec(sql);
  raw
    .prepare(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES (?, ?, ?, ?, ?, 1)`,
    )
    .run(randomUUID(), checksum, name, startedAt, Date.now());
}

/**
 * Switches the file to SQLite's write-ahead log, a setting that stays in the file. The switch needs the file for itself
 * for a moment. SQLite does not wait for that by itself, so the switch is tried until the busy timeout is over.
 */
function useWriteAheadLog(raw: Connection): void {
  const timeout = Number(raw.pragma('busy_timeout', { simple: true }));
  const end = Date.now() + timeout;
  for (;;) {
    try {
      if (raw.pragma('journal_mode', { simple: true }) === 'wal') return;
      if (raw.pragma('journal_mode = WAL', { simple: true }) === 'wal') return;
      throw Object.assign(new Error('SQLite did not switch to its write-ahead log'), { code: 'SQLITE_PROTOCOL' });
    } catch (error) {
      const busy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY');
      if (!busy || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
