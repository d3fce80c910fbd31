import Database from 'better-sqlite3';
import { findCheckpointFolder } from '../database/checkpoint-folder.ts';
import { explain } from '../database/database-error.ts';
import type { FileIdentity } from '../database/replaced.ts';
import { BUSY_TIMEOUT_MS, toStorage, type Storage } from '../database/storage.ts';

/** A database that another thread or process has open. */
export interface OpenElsewhere {
  file: string;
  source: string;
  identity: FileIdentity;
}

/**
 * Opens a database beside whoever has brought it up to date and keeps it open. Whatever would write fails. Where its
 * path leads to another file by now, that file is not taken for it: the identity is that of the file that is open
 * elsewhere.
 */
export function openForReading({ file, source, identity }: OpenElsewhere): Storage {
  try {
    const raw = new Database(source, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    const checkpointFolder = findCheckpointFolder(raw, file);
    return toStorage({ raw, file, source, identity, readOnly: true, checkpointFolder });
  } catch (error) {
    throw explain(error, `read database ${file}`, file);
  }
}
