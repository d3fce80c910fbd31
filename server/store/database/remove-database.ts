import { existsSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { ownerOf } from './folder-owner.ts';
import { readIdentity } from './read-identity.ts';

/** Deletes a database and what it owns: of its checkpoint folder the files that it records, and no other one. */
export function removeDatabase(named: string): void {
  if (!existsSync(named)) return;
  const file = realpathSync(named); // as the folder's owner is written down
  const identity = readIdentity(file);
  const folder = resolve(dirname(file), identity?.checkpoints ?? `${basename(file)}.checkpoints`);
  const owner = ownerOf(folder);
  if (owner === null || (owner.database === identity?.uuid && owner.path === file)) {
    for (const name of [...recordedFiles(file), 'owner'])
      if (basename(name) === name) rmSync(join(folder, name), { force: true });
    removeIfEmpty(folder);
  }
  for (const suffix of ['', '-wal', '-shm', '.logs', '.programs'])
    rmSync(`${file}${suffix}`, { recursive: true, force: true });
}

function recordedFiles(file: string): string[] {
  const raw = new Database(file, { readonly: true });
  try {
    return raw.prepare('SELECT DISTINCT file FROM "Checkpoint"').pluck().all() as string[];
  } finally {
    raw.close();
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not there, or what is in it is not ours.
  }
}
