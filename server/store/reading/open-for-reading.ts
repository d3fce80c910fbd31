import { realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { explain } from '../database/database-error.ts';
import { BUSY_TIMEOUT_MS, toStorage, type Storage } from '../database/storage.ts';

/**
 * Opens a database beside a process that has brought it up to date and keeps it open. Whatever would write fails.
 *
 * @param file must be there
 */
export function openForReading(file: string): Storage {
  try {
    const path = realpathSync(file);
    return toStorage(path, new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }));
  } catch (error) {
    throw explain(error, `read database ${file}`);
  }
}
