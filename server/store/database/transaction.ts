import { explain } from './database-error.ts';
import { refuseReplaced } from './replaced.ts';
import type { Storage } from './storage.ts';

/** Reads everything as it is at one moment, whatever is written meanwhile. It keeps nobody from writing. */
export async function atOneMoment<T>(storage: Storage, body: () => Promise<T>): Promise<T> {
  storage.raw.exec('BEGIN');
  try {
    return await body();
  } finally {
    storage.raw.exec('COMMIT');
  }
}

/**
 * Runs `body` in one transaction on the raw connection: everything it wrote is stored, or nothing where it throws.
 * Where the database's file was deleted or replaced, nothing is begun.
 */
export function transaction<T>(storage: Storage, body: () => T): T {
  refuseReplaced(storage);
  try {
    return storage.raw.transaction(body).immediate();
  } catch (error) {
    throw explain(error, `write to database ${storage.file}`, storage.file);
  }
}

/**
 * The same for much that is written in many steps: between them signals and the lease's heartbeat have their turn.
 * Whatever else uses the raw connection meanwhile is a part of the transaction.
 */
export async function transactionInSteps<T>(storage: Storage, body: () => Promise<T>): Promise<T> {
  refuseReplaced(storage);
  const { raw } = storage;
  try {
    raw.exec('BEGIN IMMEDIATE');
    const value = await body();
    raw.exec('COMMIT');
    return value;
  } catch (error) {
    // SQLite itself has rolled back where the disk is full.
    if (raw.inTransaction) raw.exec('ROLLBACK');
    throw explain(error, `write to database ${storage.file}`, storage.file);
  }
}
