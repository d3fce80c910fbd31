import { armIdentity } from '../../sweep/definition/confirm-key.ts';
import { NO_MARK, type Mark } from '../../sweep/marks.ts';
import { runName, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { onceARevision } from './once-a-revision.ts';
import { readArms } from './read-arms.ts';

/** What is remembered of a sweep, of its arms by index, and of its runs by id; what has no mark is not there. */
export interface Marks {
  sweep: Mark;
  arms: ReadonlyMap<number, Mark>;
  runs: ReadonlyMap<string, Mark>;
}

/** Everything that is remembered of one sweep. The mark of a run is the same in every sweep that has the run. */
export function readMarks(storage: Storage, sweepId: number): Marks {
  const own = storage.prepare(`SELECT ${COLUMNS} FROM "Mark" m WHERE m.sweepId = ?`).all(sweepId) as Row[];
  // From the marks to the runs: few runs are marked, and a sweep may have thousands.
  const runs = storage
    .prepare(
      `SELECT ${COLUMNS} FROM "Mark" m CROSS JOIN "SweepRun" s ON s.runId = m.runId AND s.sweepId = ?
    WHERE m.runId IS NOT NULL`,
    )
    .all(sweepId) as Row[];
  const arms = own.filter(({ armKey }) => armKey !== null);
  const byKey = new Map(arms.map((row) => [row.armKey!, toMark(row)]));
  const keys = byKey.size === 0 ? [] : armKeys(storage, sweepId);
  return {
    sweep: own.filter(({ armKey }) => armKey === null).map(toMark)[0] ?? NO_MARK,
    arms: new Map(keys.flatMap((key, index) => (byKey.has(key) ? [[index, byKey.get(key)!]] : []))),
    runs: new Map(runs.map((row) => [runName(row.runId!), toMark(row)])),
  };
}

/** What is remembered of a run: its own mark, and that of its arm. */
export function marksOfRun(marks: Marks, runId: number, arm: number): Mark[] {
  return [marks.runs.get(runName(runId)), marks.arms.get(arm)].filter((mark) => mark !== undefined);
}

/** What is remembered of sweeps themselves, by id; what has no mark is not there. */
export function readSweepMarks(storage: Storage, sweepIds: readonly number[]): ReadonlyMap<string, Mark> {
  const rows = storage
    .prepare(`SELECT ${COLUMNS} FROM "Mark" m WHERE m.armKey IS NULL AND m.sweepId IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(sweepIds)) as Row[];
  return new Map(rows.map((row) => [sweepName(row.sweepId!), toMark(row)]));
}

/** What is remembered of runs, by id; what has no mark is not there. */
export function readRunMarks(storage: Storage, runIds: readonly number[]): ReadonlyMap<string, Mark> {
  const rows = storage
    .prepare(`SELECT ${COLUMNS} FROM "Mark" m WHERE m.runId IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(runIds)) as Row[];
  return new Map(rows.map((row) => [runName(row.runId!), toMark(row)]));
}

/** Every tag that anything has, sorted. */
export function readTags(storage: Storage): string[] {
  return storage.prepare('SELECT DISTINCT tag FROM "MarkTag" ORDER BY tag').pluck().all() as string[];
}

/** What tells the arms of a sweep apart whatever their place in the plan, by index. */
function armKeys(storage: Storage, sweepId: number): string[] {
  return onceARevision(storage, sweepId, 'arm keys', () => readArms(storage, sweepId).map(armIdentity));
}

const COLUMNS = `m.sweepId, m.armKey, m.runId, m.star, m.note,
  (SELECT json_group_array(tag) FROM "MarkTag" WHERE markId = m.id) AS tags`;

interface Row {
  sweepId: number | null;
  armKey: string | null;
  runId: number | null;
  star: number;
  note: string | null;
  /** JSON. */
  tags: string;
}

function toMark({ star, note, tags }: Row): Mark {
  return { star: star === 1, tags: (JSON.parse(tags) as string[]).sort(), note };
}
