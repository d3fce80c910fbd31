import { effectiveSettings, runKey, stageKey } from '../../sweep/effective.ts';
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

/** A run is the same where its settings and its seed are. */
function refuseLoss(storage: Storage, sweepId: number, rows: ImportRows): void {
  const kept = new Set(keysOf(rows));
  const held = storage
    .prepare(
      `SELECT r.id, r.key FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
      WHERE s.sweepId = ? AND r.batch > 0 ORDER BY r.id`,
    )
    .all(sweepId) as { id: number; key: string }[];
  const lost = held.filter(({ key }) => !kept.has(key));
  if (lost.length === 0) return;
  const names = lost.map(({ id }) => runName(id));
  const named = names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
  throw new UserError(
    `Cannot import ${rows.path}: ${sweepName(sweepId)} "${rows.plan.name}" has ${lost.length} of its ${held.length} ` +
      `runs from there (${named}) that it does not hold any more; ` +
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
  const waiting = storage
    .prepare('SELECT runId FROM "SweepRun" WHERE sweepId = ? ORDER BY position')
    .pluck()
    .all(sweepId) as number[];
  const keys = keysOf(rows);
  for (const [position, row] of rows.runs.entries()) {
    const runId = attach(storage, { sweepId, position, waiting: waiting[position]!, key: keys[position]! });
    writeRun(storage, runId, row, rows, position, now);
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

function writeRun(
  storage: Storage,
  runId: number,
  row: ImportedRunRow,
  { plan, path }: ImportRows,
  position: number,
  now: number,
): void {
  const { arm: index, seed } = plan.runs[position]!;
  const arm = plan.arms[index]!;
  const { batches } = arm.training;
  const last = [...row.curves.values()].reduce(
    (most, curve) => Math.max(most, curve.batches[curve.batches.length - 1] ?? 0),
    0,
  );
  const batch = row.state === 'complete' ? batches : last;
  const started = row.startedAt ?? now;
  storage
    .prepare(
      `UPDATE "Run" SET state = @state, engine = @engine, configuration = @configuration, batches = @batches,
      batch = @batch, error = @error, divergedBatch = @divergedBatch, startedAt = @started, finishedAt = @finished
      WHERE id = @runId`,
    )
    .run({
      runId,
      state: row.state,
      engine: IMPORTED,
      configuration: JSON.stringify({ training: arm.training }),
      batches,
      batch,
      error: row.error,
      divergedBatch: row.divergedBatch,
      started,
      finished: started + Math.round(1000 * (row.seconds ?? 0)),
    });
  dropStages(storage, runId);
  const effective = effectiveSettings(arm);
  const stageId = Number(
    storage
      .prepare(
        `INSERT INTO "Stage" (key, fromBatch, toBatch, batch, seed, params, trainingSeconds)
        VALUES (?, 0, ?, ?, ?, ?, ?)`,
      )
      .run(
        stageKey(effective, batches, seed, identityOf(path, plan), IMPORTED),
        batches,
        batch,
        seed,
        JSON.stringify(shownParameters(arm)),
        row.seconds ?? 0,
      ).lastInsertRowid,
  );
  storage.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (?, 0, ?)').run(runId, stageId);
  for (const [metric, curve] of row.curves)
    writeColumn(storage, { stageId, from: 0, to: batches }, { metric, epsilon: null, ...curve });
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

function keysOf({ plan, path }: ImportRows): string[] {
  const identity = identityOf(path, plan);
  return plan.runs.map(({ arm, seed }) => runKey(effectiveSettings(plan.arms[arm]!), seed, identity, IMPORTED));
}

/** Nobody knows what imported runs computed: two imports have no run in common, whatever their settings. */
function identityOf(path: string, { name }: Plan): string {
  return JSON.stringify([path, name]);
}
