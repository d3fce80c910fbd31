import { existsSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { resolveDatabase } from './check-place.ts';
import { ownerOf } from './folder-owner.ts';
import { readIdentity } from './read-identity.ts';

/** What may stand beside a database, by the end of its name. */
const BESIDE = ['-wal', '-shm', '.logs', '.programs', '.checkpoints'];

/** What stands at the place of a database before it is made there, by the end of its name: it is not the database's. */
export function whatStandsBeside(named: string): Set<string> {
  const file = resolveDatabase(named);
  return new Set(BESIDE.filter((suffix) => existsSync(`${file}${suffix}`)));
}

/**
 * Deletes a database and what it owns: of its checkpoint folder the files that it records, and no other one.
 *
 * @param kept stays, by the end of its name
 */
export function removeDatabase(named: string, kept: ReadonlySet<string> = new Set()): void {
  if (!existsSync(named)) return;
  const file = realpathSync(named); // as the folder's owner is written down
  const identity = readIdentity(file);
  const folder = resolve(dirname(file), identity?.checkpoints ?? `${basename(file)}.checkpoints`);
  const owner = ownerOf(folder);
  if (owner === null || (owner.database === identity?.uuid && owner.path === file)) {
    for (const name of [...recordedFiles(file), 'owner'])
      if (basename(name) === name) rmSync(join(folder, name), { force: true });
    if (!kept.has('.checkpoints')) removeIfEmpty(folder);
  }
  for (const suffix of ['', '-wal', '-shm', '.logs', '.programs'].filter((each) => !kept.has(each)))
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
