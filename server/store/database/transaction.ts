import { explain } from './database-error.ts';
import type { Storage } from './storage.ts';

/** Runs `body` in one transaction on the raw connection: everything it wrote is stored, or nothing where it throws. */
export function transaction<T>(storage: Storage, body: () => T): T {
  try {
    return storage.raw.transaction(body).immediate();
  } catch (error) {
    throw explain(error, `write to database ${storage.file}`);
  }
}
