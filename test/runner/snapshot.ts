import { existsSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { cosweepHere, cosweepJson } from '../helpers/cosweep.ts';

/** Everything that a run computed, without what differs between two times of computing it (ids, times). */
export interface RunSnapshot {
  state: string;
  /** Points along the run's path through its stages, [batch, value], by metric. */
  curves: Record<string, [number, number | null][]>;
  /** JSON of confusion matrices and projections by `NAME@BATCH`, and the hashes of their pictures. */
  artefacts: Record<string, string>;
  /** SHA-256 of the state at the end of every stage, by batch. */
  checkpoints: Record<string, string>;
  /** What `cosweep runs` says of its metrics. */
  metrics: Record<string, { last: number | null; best: number | null; bestBatch: number | null }>;
}

/** What a sweep computed, by `ARM, seed SEED`. */
export type Snapshot = Record<string, RunSnapshot>;

interface RunRow {
  armName: string;
  seed: number;
  metrics: RunSnapshot['metrics'];
}
interface Row {
  runId: number;
  name: string;
  seed: number;
  state: string;
}

/**
 * Reads a sweep from its database, beside the program: the numbers by SQL, the summaries as `cosweep runs` gives them.
 */
export async function snapshot(
  db: string,
  sweep = 'latest',
  { user }: { user?: { uid: number; gid: number } } = {},
): Promise<Snapshot> {
  // Another user's files are left to that user: a process of its own.
  const rows = await (user
    ? cosweepJson<RunRow[]>(['runs', sweep], { db, user })
    : cosweepHere<RunRow[]>(['runs', sweep], { db }));
  const summaries = new Map(rows.map(({ armName, seed, metrics }) => [`${armName}, seed ${seed}`, metrics]));
  return read(db, (sql) => {
    const sweepId = sql
      .prepare(`SELECT max(id) FROM "Sweep" WHERE ? IN ('latest', name, 's' || id)`)
      .pluck()
      .get(sweep);
    const runs = sql
      .prepare(
        `SELECT r.id AS runId, a.name, s.seed, r.state FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
      JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex WHERE s.sweepId = ? ORDER BY s.position`,
      )
      .all(sweepId) as Row[];
    return Object.fromEntries(
      runs.map(({ runId, name, seed, state }) => {
        const key = `${name}, seed ${seed}`;
        return [
          key,
          {
            state,
            curves: curves(sql, runId),
            artefacts: artefacts(sql, runId),
            checkpoints: checkpoints(sql, runId),
            metrics: summaries.get(key)!,
          },
        ];
      }),
    );
  });
}

/** A value of a database that is in use. */
export function ask<T>(db: string, sql: string, ...values: unknown[]): T {
  return read(
    db,
    (connection) =>
      connection
        .prepare(sql)
        .pluck()
        .get(...values) as T,
  );
}

/** Runs in a state, as the database has it; none where it is not made yet. */
export function countRuns(db: string, state: string): number {
  return tables(db) ? ask(db, 'SELECT count(*) FROM "Run" WHERE state = ?', state) : 0;
}

/** Whether a process is within a transaction that writes. */
export function isLocked(db: string): boolean {
  const connection = new Database(db, { timeout: 0 });
  try {
    connection.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true;
    throw error;
  } finally {
    connection.close();
  }
}

/** Whether a process holds the right to train: from then on it has heard of signals. */
export function isTaken(db: string): boolean {
  return tables(db) && ask(db, 'SELECT count(*) FROM "Lease" WHERE holder IS NOT NULL') === 1;
}

function tables(db: string): boolean {
  return (
    existsSync(db) &&
    read(db, (sql) =>
      sql.prepare(`SELECT count(*) FROM sqlite_master WHERE name IN ('Run', 'Lease')`).pluck().get(),
    ) === 2
  );
}

function read<T>(db: string, look: (sql: Database.Database) => T): T {
  const connection = new Database(db, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    return look(connection);
  } finally {
    connection.close();
  }
}

function curves(sql: Database.Database, runId: number): RunSnapshot['curves'] {
  const points = sql
    .prepare(
      `SELECT m.name, v.batch, v.value FROM "RunStage" p JOIN "Run" r ON r.id = p.runId JOIN "Point" v ON v.stageId = p.stageId
    JOIN "Metric" m ON m.id = v.metricId WHERE p.runId = ? AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)
    ORDER BY m.name, p.position, v.batch`,
    )
    .all(runId) as { name: string; batch: number; value: number | null }[];
  const found: RunSnapshot['curves'] = {};
  for (const { name, batch, value } of points) (found[name] ??= []).push([batch, value]);
  return found;
}

function artefacts(sql: Database.Database, runId: number): RunSnapshot['artefacts'] {
  const rows = sql
    .prepare(
      `SELECT a.name, a.batch, a.data, (SELECT group_concat(hex(p.hash), ' ') FROM json_each(a.pictures) i
      JOIN "Picture" p ON p.id = i.value) AS pictures FROM "RunStage" p JOIN "Artefact" a ON a.stageId = p.stageId WHERE p.runId = ?
    ORDER BY a.name, a.batch`,
    )
    .all(runId) as { name: string; batch: number; data: Buffer; pictures: string | null }[];
  return Object.fromEntries(
    rows.map(({ name, batch, data, pictures }) => [
      `${name}@${batch}`,
      [inflateRawSync(data).toString(), ...(pictures === null ? [] : [pictures])].join('\n'),
    ]),
  );
}

function checkpoints(sql: Database.Database, runId: number): RunSnapshot['checkpoints'] {
  const rows = sql
    .prepare(
      `SELECT c.batch, c.hash FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId JOIN "Checkpoint" c ON c.stageId = g.id
    WHERE p.runId = ? AND c.batch = g.toBatch ORDER BY c.batch`,
    )
    .all(runId) as { batch: number; hash: string }[];
  return Object.fromEntries(rows.map(({ batch, hash }) => [batch, hash]));
}
