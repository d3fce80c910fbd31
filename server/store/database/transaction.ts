import { explain, isBusy } from './database-error.ts';
import { refuseReplaced } from './replaced.ts';
import type { Storage } from './storage.ts';

/**
 * Runs `body` in one transaction on the raw connection: everything it wrote is stored, or nothing where it throws.
 * Where the database's file was deleted or replaced, nothing is begun.
 *
 * @param tries how often the transaction is begun while another process keeps the database locked; each try waits for
 * that process
 */
export function transaction<T>(storage: Storage, body: () => T, tries = 1): T {
  refuseReplaced(storage);
  try {
    return storage.raw.transaction(body).immediate();
  } catch (error) {
    if (tries > 1 && isBusy(error)) return transaction(storage, body, tries - 1);
    throw explain(error, `write to database ${storage.file}`, storage.file);
  }
}
