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
