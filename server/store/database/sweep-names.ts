import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * The names of the sweeps in a database of any of our schemas, without opening it as one: nothing in it is changed.
 *
 * @returns null where the file is no database of ours; nothing where there is no file
 */
export function sweepNames(file: string): string[] | null {
  if (!existsSync(file)) return [];
  try {
    const raw = new Database(file, { readonly: true });
    try {
      return raw.prepare('SELECT name FROM Sweep').pluck().all() as string[];
    } finally {
      raw.close();
    }
  } catch {
    return null;
  }
}
