import { OutsideError, UserError } from '../../sweep/user-error.ts';

/** What is wrong with the place or the file, by the beginning of SQLite's error code; longer codes first. */
const CAUSES: [code: string, found: string][] = [
  ['SQLITE_NOTADB', 'the file is not an SQLite database; name another one with --db'],
  ['SQLITE_CORRUPT', 'the file is damaged; restore it from a copy, or try `sqlite3 FILE .recover`'],
  ['SQLITE_FULL', 'the disk is full; nothing of this step was stored, and what was stored before is intact'],
  ['SQLITE_READONLY', 'the file or its folder is read-only; SQLite needs to write both, even to read'],
  [
    'SQLITE_CANTOPEN',
    'the file or the files beside it (-wal, -shm) cannot be opened; its folder must exist and be writable',
  ],
  ['SQLITE_PERM', 'the file may not be accessed'],
  ['SQLITE_AUTH', 'the file may not be accessed'],
  ['SQLITE_BUSY', 'another process kept it locked for longer than 10 seconds'],
  ['SQLITE_PROTOCOL', 'its locks do not work here; it must be on a local disk, not on a network file system'],
  ['SQLITE_IOERR_LOCK', 'its locks do not work here; it must be on a local disk, not on a network file system'],
  ['SQLITE_IOERR_SHM', 'shared memory does not work here; it must be on a local disk, not on a network file system'],
  ['SQLITE_IOERR', 'reading or writing failed; is the disk full, or on a network file system?'],
];

/** Another process keeps the database locked; of SQLite's errors, and of those that `explain` makes of them. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error) ?? codeOf((error as Error | null)?.cause);
  return code?.startsWith('SQLITE_BUSY') ?? false;
}

/**
 * An error of SQLite in the words of the user. An error that tells of a bug of ours is returned as it is. None of these
 * errors means damage: a transaction is stored whole or not at all.
 */
export function explain(error: unknown, attempted: string): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  const cause = CAUSES.find(([prefix]) => code.startsWith(prefix));
  if (!cause) return error;
  // A disk that fills up is nobody's mistake, nor is a backup that keeps the database locked for long.
  const Kind = /^SQLITE_(FULL|BUSY|IOERR(?!_LOCK|_SHM))/.test(code) ? OutsideError : UserError;
  return new Kind(`Cannot ${attempted}: ${cause[1]} (${code})`, { cause: error });
}

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
}
