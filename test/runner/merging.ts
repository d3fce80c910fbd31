import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { cosweep, cosweepHere } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';
import { runArgs } from './study.ts';

/** Splits a study's definition. @returns the definitions of its parts */
export async function splitStudy(file: string, shards: number): Promise<string[]> {
  const split = await inProcess(['--json', 'split', file, '--shards', String(shards)], dirname(file));
  expect(split.code, split.stderr).toBe(0);
  return (JSON.parse(split.stdout) as { parts: { file: string }[] }).parts.map((part) => part.file);
}

/** Trains a part to its end. @returns its database */
export async function trainPart(file: string): Promise<string> {
  const db = file.replace(/\.json$/, '.db');
  const { code, stderr } = await cosweep(runArgs(file), { db });
  expect(code, stderr).toBe(0);
  return db;
}

export function merge(into: string, ...parts: string[]) {
  return inProcess(['merge', into, ...parts], dirname(into));
}

/** The ablation table, without what differs between two times of training it. */
export async function table(db: string): Promise<object> {
  const found = await cosweepHere<{ note: string; usage: object }>(['export', 'latest', '--format', 'json'], { db });
  const { usage: _, note, ...rest } = found;
  return { ...rest, note: note.replace(/Training took .* measured\./, '') };
}

/** What is in every table, row for row, apart from the lease and the counter of changes. */
export function dump(db: string): Record<string, string> {
  const connection = new Database(db, { readonly: true });
  try {
    const tables = connection
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('Lease', 'Change') ORDER BY name`)
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      tables.map((name) => {
        const rows = connection.prepare(`SELECT * FROM "${name}"`).raw().all();
        return [name, `${rows.length} rows, ${createHash('sha256').update(JSON.stringify(rows)).digest('hex')}`];
      }),
    );
  } finally {
    connection.close();
  }
}

/** What is wrong with a database and its checkpoint folder. */
export function faultsOf(db: string): unknown {
  const connection = new Database(db, { readonly: true });
  try {
    const all = (sql: string) => connection.prepare(sql).pluck().all();
    const folder = `${db}.checkpoints`;
    const recorded = new Map(
      connection.prepare('SELECT DISTINCT file, hash FROM "Checkpoint"').raw().all() as [string, string][],
    );
    // A database that no checkpoint was ever written for has no folder.
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'owner') : [];
    const isWhole = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex') === recorded.get(name);
    return {
      foreign: connection.pragma('foreign_key_check'),
      integrity: all('PRAGMA integrity_check'),
      stagesOfNoRun: all('SELECT id FROM "Stage" WHERE id NOT IN (SELECT stageId FROM "RunStage")'),
      runsOfNoSweep: all('SELECT id FROM "Run" WHERE id NOT IN (SELECT runId FROM "SweepRun")'),
      holes: all(
        `SELECT p.runId FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
        JOIN "RunStage" q ON q.runId = p.runId AND q.position = p.position + 1
        JOIN "Stage" h ON h.id = q.stageId WHERE h.fromBatch <> g.toBatch OR h.parentId IS NOT g.id`,
      ),
      notes: all('SELECT file FROM "FileBeingWritten"'),
      missing: [...recorded.keys()].filter((file) => !files.includes(file)),
      stray: files.filter((file) => !recorded.has(file)),
      damaged: files.filter((file) => !isWhole(file)),
    };
  } finally {
    connection.close();
  }
}

/** Of a database that is in order. */
export const NO_FAULTS = {
  foreign: [],
  integrity: ['ok'],
  stagesOfNoRun: [],
  runsOfNoSweep: [],
  holes: [],
  notes: [],
  missing: [],
  stray: [],
  damaged: [],
};
