import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Database as Connection } from 'better-sqlite3';
import { resolveDatabase } from '../database/check-place.ts';
import { findCheckpointFolder, mayDelete } from '../database/checkpoint-folder.ts';
import { explain, isBusy } from '../database/database-error.ts';
import { parseSweepId, sweepName } from '../database/ids.ts';

/** A sweep that is to be removed, and the checkpoints that would go with it. */
export interface RoomToFree {
  id: string;
  name: string;
  /** Deletes them. @returns how many there are */
  free(): number;
}

/**
 * On a disk that is full to the last byte a database cannot even be opened, and so nothing could be removed to make
 * room. What a sweep needs most room for are its checkpoints, which are files of their own: they can be deleted before
 * the sweep itself, with which its logs go. A process that is killed in between leaves a sweep whose checkpoints are
 * lost.
 *
 * @param argument an id, a unique name or `latest`
 * @returns null where there is no such sweep, where it is in training, or where the folder is not this database's alone
 */
export function roomOf(file: string, argument: string): RoomToFree | null {
  const path = resolveDatabase(file);
  return withoutSideFiles(path, (raw) => {
    const sweep = find(raw, argument);
    const held = { raw, file: path, checkpointFolder: findCheckpointFolder(raw, path) };
    if (sweep === null || !mayDelete(held)) return null;
    const files = filesOf(raw, sweep.id).filter((name) => basename(name) === name);
    return {
      id: sweepName(sweep.id),
      name: sweep.name,
      free() {
        for (const name of files) rmSync(join(held.checkpointFolder, name), { force: true });
        return files.length;
      },
    };
  });
}

/** While nobody else has the database open, SQLite can do without the shared memory that there is no room for. */
function withoutSideFiles<T>(file: string, read: (raw: Connection) => T): T {
  for (const isAlone of [true, false]) {
    const raw = new Database(file, { timeout: 1000 });
    try {
      if (isAlone) raw.pragma('locking_mode = EXCLUSIVE');
      return read(raw);
    } catch (error) {
      if (!isAlone || !isBusy(error)) throw explain(error, `make room in database ${file}`, file);
    } finally {
      raw.close();
    }
  }
  throw new Error('both ways were tried');
}

function find(raw: Connection, argument: string): { id: number; name: string } | null {
  const rows = raw.prepare('SELECT id, name, state FROM "Sweep" ORDER BY id').all() as {
    id: number;
    name: string;
    state: string;
  }[];
  const id = argument === 'latest' ? (rows.at(-1)?.id ?? null) : parseSweepId(argument);
  const byId = rows.filter((row) => row.id === id);
  const found = byId.length > 0 ? byId : rows.filter(({ name }) => name === argument);
  return found.length === 1 && found[0]!.state !== 'running' ? found[0]! : null;
}

/** Files that no other sweep refers to. */
function filesOf(raw: Connection, sweepId: number): string[] {
  const files = (whose: string): string =>
    `SELECT c.file FROM "SweepRun" s JOIN "RunStage" p ON p.runId = s.runId
    JOIN "Checkpoint" c ON c.stageId = p.stageId WHERE s.sweepId ${whose} ?`;
  return raw
    .prepare(`${files('=')} EXCEPT ${files('<>')}`)
    .pluck()
    .all(sweepId, sweepId) as string[];
}
