import type { Arm } from '../../sweep/arm.ts';
import { computationOf } from '../../sweep/arm-computation.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { shownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';
import { noteLook } from './note-look.ts';

/** Within a transaction: the arms and runs of a sweep that has none yet. */
export function insertPlan(storage: Storage, sweepId: number, plan: Plan): void {
  insertArms(storage, sweepId, plan.arms);
  insertRuns(storage, sweepId, plan, new Map());
}

/** Within a transaction: gives a sweep another plan; the arms that it still has keep their runs. */
export function replacePlan(storage: Storage, sweepId: number, plan: Plan): void {
  const before = storage.prepare('SELECT planHash FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
  if (before !== plan.planHash) noteLook(storage, sweepId);
  storage
    .prepare(
      `UPDATE "Sweep" SET name = CASE name WHEN definedName THEN @name ELSE name END, definedName = @name,
      planHash = @planHash, plan = @plan, metricName = @metric, metricGoal = @goal WHERE id = @sweepId`,
    )
    .run({
      name: plan.name,
      planHash: plan.planHash,
      plan: toPlanJson(plan),
      metric: plan.metric.name,
      goal: plan.metric.goal,
      sweepId,
    });
  if (before === plan.planHash) return rewriteArms(storage, sweepId, plan);
  // The arms are others from here on, so which of them were there before tells nothing any more.
  storage.prepare('DELETE FROM "Extension" WHERE sweepId = ?').run(sweepId);
  replaceArms(storage, sweepId, plan);
}

/**
 * Within a transaction: adds the arms and runs of a plan that begins with the arms of the stored one. What is there
 * stays: an arm keeps its index, a run its place in the database.
 */
export function growPlan(storage: Storage, sweepId: number, plan: Plan): void {
  noteLook(storage, sweepId);
  storage
    .prepare('UPDATE "Sweep" SET planHash = ?, plan = ? WHERE id = ?')
    .run(plan.planHash, toPlanJson(plan), sweepId);
  const known = storage.prepare('SELECT count(*) FROM "Arm" WHERE sweepId = ?').pluck().get(sweepId) as number;
  const rename = storage.prepare(
    'UPDATE "Arm" SET name = ?, swept = ?, controlIndex = ?, settings = ? WHERE sweepId = ? AND "index" = ?',
  );
  for (const arm of plan.arms.slice(0, known)) {
    const { alpha: _a, beta: _b, gamma: _g, epsilon: _e, N: _n, ...swept } = shownParameters(arm);
    rename.run(arm.name, JSON.stringify(swept), arm.controlIndex, JSON.stringify(arm), sweepId, arm.index);
  }
  insertArms(storage, sweepId, plan.arms.slice(known));
  const before = storage
    .prepare('SELECT armIndex, seed, runId, reused FROM "SweepRun" WHERE sweepId = ?')
    .all(sweepId) as { armIndex: number; seed: number; runId: number; reused: number }[];
  const runs = new Map(before.map((run) => [runIdentity(plan.arms[run.armIndex]!, run.seed), run]));
  storage.prepare('DELETE FROM "SweepRun" WHERE sweepId = ?').run(sweepId);
  insertRuns(storage, sweepId, plan, runs);
}

/** A sweep that an older version planned has arms that lack what plans say by now. */
function rewriteArms(storage: Storage, sweepId: number, plan: Plan): void {
  const rewrite = storage.prepare('UPDATE "Arm" SET settings = ? WHERE sweepId = ? AND "index" = ?');
  for (const arm of plan.arms) rewrite.run(JSON.stringify(arm), sweepId, arm.index);
}

function replaceArms(storage: Storage, sweepId: number, plan: Plan): void {
  const before = storage
    .prepare(
      `SELECT a.settings, r.seed, r.runId FROM "SweepRun" r
    JOIN "Arm" a ON a.sweepId = r.sweepId AND a."index" = r.armIndex WHERE r.sweepId = ?`,
    )
    .all(sweepId) as { settings: string; seed: number; runId: number }[];
  const runs = new Map(
    before.map(({ settings, seed, runId }) => [runIdentity(JSON.parse(settings), seed), { runId, reused: 0 }]),
  );
  storage.prepare('DELETE FROM "SweepRun" WHERE sweepId = ?').run(sweepId);
  storage.prepare('DELETE FROM "Arm" WHERE sweepId = ?').run(sweepId);
  insertArms(storage, sweepId, plan.arms);
  insertRuns(storage, sweepId, plan, runs);
  // A run with a key may be asked for again by a later form of the definition; a run without a key was never begun.
  storage.prepare('DELETE FROM "Run" WHERE key IS NULL AND id NOT IN (SELECT runId FROM "SweepRun")').run();
}

function insertArms(storage: Storage, sweepId: number, arms: readonly Arm[]): void {
  const insert = storage.prepare(
    `INSERT INTO "Arm" (sweepId, "index", name, ablation, control, controlIndex,
      alpha, beta, gamma, epsilon, N, swept, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const arm of arms) {
    const { alpha, beta, gamma, epsilon, N, ...swept } = shownParameters(arm);
    insert.run(
      sweepId,
      arm.index,
      arm.name,
      arm.ablation,
      Number(arm.control),
      arm.controlIndex,
      alpha ?? null,
      beta ?? null,
      gamma ?? null,
      epsilon ?? null,
      N ?? null,
      JSON.stringify(swept),
      JSON.stringify(arm),
    );
  }
}

/** A run that is there already, and whether it was complete when its sweep came to it. */
interface KnownRun {
  runId: number;
  reused: number;
}

function insertRuns(storage: Storage, sweepId: number, plan: Plan, runs: ReadonlyMap<string, KnownRun>): void {
  const insertRun = storage.prepare(`INSERT INTO "Run" (seed, state, batches, epsilon) VALUES (?, 'waiting', ?, ?)`);
  const insertSweepRun = storage.prepare(
    'INSERT INTO "SweepRun" (sweepId, position, armIndex, seed, runId, reused) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const [position, { arm: index, seed }] of plan.runs.entries()) {
    const arm = plan.arms[index]!;
    const known = runs.get(runIdentity(arm, seed));
    const runId =
      known?.runId ??
      Number(insertRun.run(seed, arm.training.batches, shownParameters(arm).epsilon ?? null).lastInsertRowid);
    insertSweepRun.run(sweepId, position, index, seed, runId, known?.reused ?? 0);
  }
}

function runIdentity(arm: Arm, seed: number): string {
  return `${seed} ${computationOf(arm)}`;
}

/** The parts of a plan that have no table or column of their own. */
export function toPlanJson({ arms: _arms, runs: _runs, engine: _engine, ...rest }: Plan): string {
  return JSON.stringify(rest);
}
