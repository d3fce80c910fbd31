import type { Storage } from '../database/storage.ts';

/** What tells this database from every other; a copy has the same. */
export function databaseId(storage: Storage): string {
  return storage.prepare('SELECT uuid FROM "Identity"').pluck().get() as string;
}
