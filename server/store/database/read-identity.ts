import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { APPLICATION_ID } from './migrate.ts';

/** What a database says of itself. */
export interface Identity {
  uuid: string;
  /** As it is stored: a name beside the database or an absolute path; null where there is none yet. */
  checkpoints: string | null;
}

/** In a folder with more files than this, the database of an id is not looked for. */
const MOST_FILES = 1000;

/** Of another file, which is only read. @returns null where it is no database of ours, or of a schema without ids */
export function readIdentity(file: string): Identity | null {
  if (!isOurs(file)) return null;
  try {
    const raw = new Database(file, { readonly: true });
    try {
      return (raw.prepare('SELECT uuid, checkpoints FROM "Identity"').get() as Identity | undefined) ?? null;
    } finally {
      raw.close();
    }
  } catch {
    return null;
  }
}

/** The first database of this id in one of these folders; null where there is none. */
export function databaseWithId(uuid: string, folders: string[]): string | null {
  for (const folder of new Set(folders)) {
    for (const file of filesOf(folder)) if (readIdentity(file)?.uuid === uuid) return file;
  }
  return null;
}

function filesOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.length > MOST_FILES ? [] : entries.map(({ name }) => join(folder, name)).sort();
  } catch {
    return [];
  }
}

/** By the first bytes: SQLite's own name, and at byte 68 the id of the application. */
function isOurs(file: string): boolean {
  const head = Buffer.alloc(72);
  try {
    if (!statSync(file).isFile()) return false;
    const opened = openSync(file, 'r');
    try {
      readSync(opened, head, 0, head.length, 0);
    } finally {
      closeSync(opened);
    }
  } catch {
    return false;
  }
  return head.toString('latin1', 0, 15) === 'SQLite format 3' && head.readUInt32BE(68) === APPLICATION_ID;
}
