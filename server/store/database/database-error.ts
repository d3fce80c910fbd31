import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import { OutsideError, UserError } from '../../sweep/user-error.ts';

/** What is inside of the file cannot be read as what was stored. */
export class DamagedError extends OutsideError {
  override name = 'DamagedError';

  constructor(attempted: string, found: string, cause?: unknown) {
    super(
      `Cannot ${attempted}: the file is damaged (${found}); restore it from a copy, or try \`sqlite3 FILE .recover\``,
      { cause },
    );
  }
}

/** There is no room left on the disk of the database. */
export class DiskFullError extends OutsideError {
  override name = 'DiskFullError';
}

interface Cause {
  code: RegExp;
  found: string;
  /** True where another file or place helps: the mistake of whoever names it. */
  isMistake?: true;
}

const NO_LOCKS = 'its locks do not work here; it must be on a local disk, not on a network file system';

/**
 * What is wrong with the place or the file, by SQLite's error code. A code has the one cause that it is named for: what
 * several causes share a prefix of, such as SQLITE_IOERR, is told apart by the rest of the code.
 */
const CAUSES: Cause[] = [
  { code: /^SQLITE_NOTADB/, found: 'the file is not an SQLite database; name another one with --db', isMistake: true },
  {
    code: /^SQLITE_READONLY_DBMOVED/,
    found: 'the file was deleted or replaced while it was open',
  },
  {
    code: /^SQLITE_READONLY/,
    found: 'the file or its folder is read-only; SQLite needs to write both',
    isMistake: true,
  },
  {
    code: /^SQLITE_CANTOPEN/,
    found: 'the file or the files beside it (-wal, -shm) cannot be opened; its folder must exist and be writable',
    isMistake: true,
  },
  { code: /^SQLITE_(PERM|AUTH)/, found: 'the file may not be accessed', isMistake: true },
  { code: /^SQLITE_BUSY/, found: 'another process kept it locked for longer than 10 seconds' },
  { code: /^SQLITE_LOCKED/, found: 'another part of this process kept it locked' },
  { code: /^SQLITE_(PROTOCOL|IOERR_\w*LOCK)/, found: NO_LOCKS, isMistake: true },
  {
    code: /^SQLITE_IOERR_SHM(MAP|OPEN|SIZE)/,
    found: 'shared memory does not work here; it must be on a local disk, not on a network file system',
    isMistake: true,
  },
  { code: /^SQLITE_(NOMEM|IOERR_NOMEM)/, found: 'there is not enough memory' },
  {
    code: /^SQLITE_IOERR_(READ|SHORT_READ|FSTAT|MMAP|CORRUPTFS)/,
    found: 'reading failed: the disk has an error there',
  },
  { code: /^SQLITE_IOERR/, found: 'writing failed: the disk has an error there' },
];

const FULL = 'the disk is full; nothing of this step was stored, and what was stored before is intact';

/** Codes that a full disk gives too, beside the one that is named for it. */
const MAYBE_FULL = /^SQLITE_(IOERR|CANTOPEN)/;

/** With less room than this, in bytes, the disk is full: it is what SQLite needs beside a database to open it. */
const NEEDED = 64 * 2 ** 10;

/** Another process keeps the database locked; of SQLite's errors, and of those that `explain` makes of them. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error) ?? codeOf((error as Error | null)?.cause);
  return code?.startsWith('SQLITE_BUSY') ?? false;
}

/** Of SQLite's errors, and of those that `explain` makes of them. */
export function isDatabaseError(error: unknown): error is Error {
  if (error instanceof DamagedError || error instanceof DiskFullError) return true;
  return (codeOf(error) ?? codeOf((error as Error | null)?.cause) ?? '').startsWith('SQLITE_');
}

/** The disk of the database has no room left. */
export function isFull(error: unknown, file: string): boolean {
  const code = codeOf(error);
  return code !== null && (code.startsWith('SQLITE_FULL') || (MAYBE_FULL.test(code) && hasNoRoom(dirname(file))));
}

/**
 * An error of SQLite in the words of the user. An error that tells of a bug of ours is returned as it is. Except for
 * damage, a transaction is stored whole or not at all.
 *
 * @param attempted what was to be done with the database
 * @param opening true where the file is only now being opened: naming another one may help. The file of a database that
 * is open was right, so whatever goes wrong with it later is nobody's mistake
 */
export function explain(error: unknown, attempted: string, file: string, { opening = false } = {}): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (isFull(error, file)) return new DiskFullError(`Cannot ${attempted}: ${FULL} (${code})`, { cause: error });
  if (code.startsWith('SQLITE_CORRUPT') || (code === 'SQLITE_NOTADB' && !opening))
    return new DamagedError(attempted, code, error);
  const cause = CAUSES.find(({ code: pattern }) => pattern.test(code));
  if (!cause) return error;
  const Kind = opening && cause.isMistake ? UserError : OutsideError;
  return new Kind(`Cannot ${attempted}: ${cause.found} (${code})`, { cause: error });
}

/** Looks through the whole file. @returns what is wrong with it; null where SQLite finds it in order */
export function damageOf(raw: Connection): string | null {
  try {
    const found = raw.pragma('quick_check(1)', { simple: true }) as string;
    return found === 'ok' ? null : found;
  } catch (error) {
    return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error) ?? '') ? (error as Error).message : null;
  }
}

/** SQLite's code, whichever of the two connections gave it; null for any other error. */
function codeOf(error: unknown): string | null {
  const { code, meta } = (error ?? {}) as { code?: unknown; meta?: PrismaMeta };
  const found = meta?.driverAdapterError?.cause?.originalCode ?? code;
  return typeof found === 'string' && found.startsWith('SQLITE_') ? found : null;
}

/** Where an error of Prisma carries the one of its driver. */
interface PrismaMeta {
  driverAdapterError?: { cause?: { originalCode?: unknown } };
}

function hasNoRoom(folder: string): boolean {
  try {
    const { bavail, bsize, files, ffree } = statfsSync(folder);
    return bavail * bsize < NEEDED || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
