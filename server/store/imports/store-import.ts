import { createHash } from 'node:crypto';
import type { Arm } from '../../sweep/arm.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { shownParameters } from '../../sweep/shown-parameters.ts';
import { IMPORTED } from '../../sweep/imported-engine.ts';
import { UserError } from '../../sweep/user-error.ts';
import { runName, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { isSamePlace } from '../sweeps/same-place.ts';
import { insertPlan, replacePlan, toPlanJson } from '../sweeps/write-plan.ts';
import { writeColumn } from '../training/write-column.ts';

/** Results that were trained elsewhere, as a sweep. */
export interface ImportRows {
  /** The definition that was made of them. */
  definition: string;
  plan: Plan;
  /** Absolute path of the file or folder that they came from, and of the folder that it is in. */
  path: string;
  folder: string;
  /** In the order of the plan's runs. */
  runs: readonly ImportedRunRow[];
}

export interface ImportedRunRow {
  /** The same for the run whenever it is read again; null where the results have no such run. */
  identity: string | null;
  state: 'complete' | 'diverged' | 'failed';
  divergedBatch: number | null;
  error: string | null;
  curves: ReadonlyMap<string, { batches: ArrayLike<number>; values: ArrayLike<number> }>;
  /** Milliseconds since 1970; null where nobody says. */
  startedAt: number | null;
  seconds: number | null;
}

export interface StoredImport {
  sweepId: number;
  /** `unchanged`: the database holds the same already, and nothing was written. */
  was: 'made' | 'renewed' | 'unchanged';
}

/**
 * Stores results as a complete sweep, all of them in one transaction or none. The same file under the same name is the
 * same sweep: what it holds is renewed, its runs keep their ids, and what is remembered of them stays.
 *
 * @param replace true: runs that the sweep has and the file has no more go
 * @throws UserError where such runs would be lost
 */
export function storeImport(
  storage: Storage,
  rows: ImportRows,
  { replace, now = Date.now() }: { replace: boolean; now?: number },
): StoredImport {
  return transaction(storage, () => {
    const known = findImport(storage, rows);
    if (known?.definition === rows.definition) return { sweepId: known.id, was: 'unchanged' };
    if (known && !replace) refuseLoss(storage, known.id, rows);
    const sweepId = known === undefined ? insertSweep(storage, rows, now) : renewSweep(storage, known.id, rows, now);
    writeRuns(storage, sweepId, rows, now);
    removeUnused(storage);
    return { sweepId, was: known === undefined ? 'made' : 'renewed' };
  });
}

interface Known {
  id: number;
  definition: string;
  definitionPath: string;
  folder: string;
}

function findImport(storage: Storage, { plan, path, folder }: ImportRows): Known | undefined {
  const sweeps = storage
    .prepare(
      `SELECT id, definition, definitionPath, folder FROM "Sweep"
      WHERE definedName = ? AND engine = ? AND definitionPath IS NOT NULL ORDER BY id DESC`,
    )
    .all(plan.name, IMPORTED) as Known[];
  return sweeps.find((sweep) => isSamePlace(sweep, { definitionPath: path, folder }));
}

/** A run is the same by what its tool calls it, or by its settings and its seed. */
function refuseLoss(storage: Storage, sweepId: number, rows: ImportRows): void {
  const kept = new Map(rows.runs.map((row) => [keyOf(row, rows), lastBatchOf(row)]));
  const held = storage
    .prepare(
      `SELECT r.id, r.key, max(m.lastBatch) AS last FROM "SweepRun" s
      JOIN "Run" r ON r.id = s.runId JOIN "RunStage" p ON p.runId = r.id JOIN "StageMetric" m ON m.stageId = p.stageId
      WHERE s.sweepId = ? GROUP BY r.id ORDER BY r.id`,
    )
    .all(sweepId) as { id: number; key: string; last: number }[];
  const lost = held.filter(({ key, last }) => (kept.get(key) ?? -1) < last).map(({ id }) => runName(id));
  if (lost.length === 0) return;
  const named = lost.length > 5 ? `${lost.slice(0, 5).join(', ')}, …` : lost.join(', ');
  throw new UserError(
    `Cannot import ${rows.path}: ${sweepName(sweepId)} "${rows.plan.name}" has ${lost.length} of its ${held.length} ` +
      `runs from there (${named}) that are missing there by now, or end earlier; ` +
      '--replace lets them go, --name makes another sweep',
  );
}

function insertSweep(storage: Storage, { definition, plan, path, folder }: ImportRows, now: number): number {
  const { lastInsertRowid } = storage
    .prepare(
      `INSERT INTO "Sweep" (name, definedName, definitionPath, folder, definition, planHash, plan, metricName,
      metricGoal, engine, share, state, createdAt, queuedAt, startedAt, finishedAt)
    VALUES (@name, @name, @path, @folder, @definition, @planHash, @plan, @metric, @goal, @engine, false, 'complete',
      @now, @now, @now, @now)`,
    )
    .run({
      name: plan.name,
      path,
      folder,
      definition,
      planHash: plan.planHash,
      plan: toPlanJson(plan),
      metric: plan.metric.name,
      goal: plan.metric.goal,
      engine: IMPORTED,
      now,
    });
  const sweepId = Number(lastInsertRowid);
  insertPlan(storage, sweepId, plan);
  return sweepId;
}

function renewSweep(storage: Storage, sweepId: number, { definition, plan }: ImportRows, now: number): number {
  replacePlan(storage, sweepId, plan);
  storage
    .prepare(`UPDATE "Sweep" SET definition = ?, state = 'complete', error = NULL, finishedAt = ? WHERE id = ?`)
    .run(definition, now, sweepId);
  return sweepId;
}

function writeRuns(storage: Storage, sweepId: number, rows: ImportRows, now: number): void {
  const made = storage
    .prepare('SELECT position, runId FROM "SweepRun" WHERE sweepId = ? ORDER BY position')
    .all(sweepId) as { position: number; runId: number }[];
  for (const { position, runId: waiting } of made) {
    const row = rows.runs[position]!;
    const key = keyOf(row, rows);
    const runId = key === null ? waiting : attach(storage, { sweepId, position, waiting, key });
    const { arm, seed } = rows.plan.runs[position]!;
    writeRun(storage, { runId, key, row, arm: rows.plan.arms[arm]!, seed }, now);
  }
}

/** The run that had this key before takes the place of the one that the plan has made. */
function attach(
  storage: Storage,
  { sweepId, position, waiting, key }: { sweepId: number; position: number; waiting: number; key: string },
): number {
  const known = storage.prepare('SELECT id FROM "Run" WHERE key = ? AND edition = 0').pluck().get(key);
  if (known === undefined) storage.prepare('UPDATE "Run" SET key = ? WHERE id = ?').run(key, waiting);
  if (known === undefined || known === waiting) return waiting;
  storage.prepare('UPDATE "SweepRun" SET runId = ? WHERE sweepId = ? AND position = ?').run(known, sweepId, position);
  storage.prepare('DELETE FROM "Run" WHERE id = ?').run(waiting);
  return known as number;
}

interface WrittenRun {
  runId: number;
  /** Null for a run that the results lack. */
  key: string | null;
  row: ImportedRunRow;
  arm: Arm;
  seed: number;
}

function writeRun(storage: Storage, { runId, key, row, arm, seed }: WrittenRun, now: number): void {
  const last = lastBatchOf(row);
  const started = row.startedAt ?? now;
  storage
    .prepare(
      `UPDATE "Run" SET seed = @seed, state = @state, engine = @engine, configuration = @configuration,
      batches = @batches, batch = @last, epsilon = @epsilon, error = @error, divergedBatch = @divergedBatch,
      startedAt = @started, finishedAt = @finished WHERE id = @runId`,
    )
    .run({
      runId,
      seed,
      state: row.state,
      engine: IMPORTED,
      configuration: JSON.stringify({ training: arm.training }),
      batches: row.state === 'complete' ? last : arm.training.batches,
      last,
      epsilon: shownParameters(arm).epsilon ?? null,
      error: row.error,
      divergedBatch: row.divergedBatch,
      started,
      finished: started + Math.round(1000 * (row.seconds ?? 0)),
    });
  dropStages(storage, runId);
  if (key !== null) writeStage(storage, { runId, key, row, arm, seed });
}

/** Whoever trained it shared nothing that is known here: a run is one stage. */
function writeStage(storage: Storage, { runId, key, row, arm, seed }: WrittenRun): void {
  const last = lastBatchOf(row);
  const stageId = Number(
    storage
      .prepare(
        `INSERT INTO "Stage" (key, fromBatch, toBatch, batch, seed, params, trainingSeconds)
        VALUES (?, 0, ?, ?, ?, ?, ?)`,
      )
      .run(key, last, last, seed, JSON.stringify(shownParameters(arm)), row.seconds ?? 0).lastInsertRowid,
  );
  storage.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (?, 0, ?)').run(runId, stageId);
  for (const [metric, curve] of row.curves)
    writeColumn(storage, { stageId, from: 0, to: last }, { metric, epsilon: null, ...curve });
}

/** What the run had before, which is written anew. */
function dropStages(storage: Storage, runId: number): void {
  const stages = storage
    .prepare('DELETE FROM "RunStage" WHERE runId = ? RETURNING stageId')
    .pluck()
    .all(runId) as number[];
  for (const stageId of stages) storage.prepare('DELETE FROM "Stage" WHERE id = ?').run(stageId);
}

/** Runs of earlier imports that no sweep has any more. */
function removeUnused(storage: Storage): void {
  const unused = storage
    .prepare('SELECT id FROM "Run" WHERE engine = ? AND id NOT IN (SELECT runId FROM "SweepRun")')
    .pluck()
    .all(IMPORTED) as number[];
  for (const runId of unused) {
    dropStages(storage, runId);
    storage.prepare('DELETE FROM "Run" WHERE id = ?').run(runId);
  }
}

function lastBatchOf({ curves }: ImportedRunRow): number {
  return [...curves.values()].reduce((most, { batches }) => Math.max(most, batches[batches.length - 1] ?? 0), 0);
}

/** Nobody knows what imported runs computed: two imports have no run in common, whatever their settings. */
function keyOf({ identity }: ImportedRunRow, { plan, path }: ImportRows): string | null {
  if (identity === null) return null;
  return createHash('sha256')
    .update(JSON.stringify([IMPORTED, path, plan.name, identity]))
    .digest('hex');
}
