import { runName, sweepName } from './ids.ts';
import type { Storage } from './storage.ts';

/** What changed since an earlier look. */
export interface Changes {
  /** To be given to the next `changesSince`. */
  revision: number;
  /**
   * Sweeps that are new, or changed, or have a run that changed (its state, its batches), or of which something else is
   * remembered.
   */
  sweeps: string[];
  runs: string[];
  /** True where a sweep was added or removed. */
  list: boolean;
}

/** The database's change counter: triggers raise it at every change of a sweep or a run, whichever process made it. */
export function currentRevision(storage: Storage): number {
  return storage.prepare('SELECT revision FROM "Change"').pluck().get() as number;
}

/** Another number whenever something was noted of workers on other machines. */
export function workersRevision(storage: Storage): number {
  return storage.prepare('SELECT workers FROM "Change"').pluck().get() as number;
}

/** Everything that changed after `revision`. Where nothing changed, only one row is read. */
export function changesSince(storage: Storage, revision: number): Changes {
  const now = storage.prepare('SELECT revision, list FROM "Change" AS "c"').get() as { revision: number; list: number };
  if (now.revision === revision) return { revision, sweeps: [], runs: [], list: false };
  // `+id`: SQLite would go through the whole table in its order rather than sort the few that changed.
  const changed = (table: string): number[] =>
    storage
      .prepare(`SELECT id FROM "${table}" WHERE revision > @revision OR remembered > @revision ORDER BY +id`)
      .pluck()
      .all({ revision }) as number[];
  return {
    revision: now.revision,
    sweeps: changed('Sweep').map(sweepName),
    runs: changed('Run').map(runName),
    list: now.list > revision,
  };
}
