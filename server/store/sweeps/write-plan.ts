import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { shownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';

/** Within a transaction: the arms and runs of a sweep that has none yet. */
export function insertPlan(storage: Storage, sweepId: number, plan: Plan): void {
  insertArms(storage, sweepId, plan);
  insertRuns(storage, sweepId, plan, new Map());
}

/** Within a transaction: gives a sweep another plan; the arms that it still has keep their runs. */
export function replacePlan(storage: Storage, sweepId: number, plan: Plan): void {
  const before = storage.prepare('SELECT planHash FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
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
  if (before !== plan.planHash) replaceArms(storage, sweepId, plan);
}

function replaceArms(storage: Storage, sweepId: number, plan: Plan): void {
  const before = storage
    .prepare(
      `SELECT a.settings, r.seed, r.runId FROM "SweepRun" r
    JOIN "Arm" a ON a.sweepId = r.sweepId AND a."index" = r.armIndex WHERE r.sweepId = ?`,
    )
    .all(sweepId) as { settings: string; seed: number; runId: number }[];
  const runs = new Map(before.map(({ settings, seed, runId }) => [runIdentity(JSON.parse(settings), seed), runId]));
  storage.prepare('DELETE FROM "SweepRun" WHERE sweepId = ?').run(sweepId);
  storage.prepare('DELETE FROM "Arm" WHERE sweepId = ?').run(sweepId);
  insertArms(storage, sweepId, plan);
  insertRuns(storage, sweepId, plan, runs);
  // A run with a key may be asked for again by a later form of the definition; a run without a key was never begun.
  storage.prepare('DELETE FROM "Run" WHERE key IS NULL AND id NOT IN (SELECT runId FROM "SweepRun")').run();
}

function insertArms(storage: Storage, sweepId: number, plan: Plan): void {
  const insert = storage.prepare(
    `INSERT INTO "Arm" (sweepId, "index", name, ablation, control, controlIndex,
      alpha, beta, gamma, epsilon, N, swept, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const arm of plan.arms) {
    const { alpha, beta, gamma, epsilon, N, ...swept } = shownParameters(arm);
    insert.run(
      sweepId,
      arm.index,
      arm.name,
      arm.ablation,
      Number(arm.control),
      arm.controlIndex,
      alpha,
      beta,
      gamma,
      epsilon,
      N,
      JSON.stringify(swept),
      JSON.stringify(arm),
    );
  }
}

function insertRuns(storage: Storage, sweepId: number, plan: Plan, runs: Map<string, number>): void {
  const insertRun = storage.prepare(`INSERT INTO "Run" (seed, state, batches, epsilon) VALUES (?, 'waiting', ?, ?)`);
  const insertSweepRun = storage.prepare(
    'INSERT INTO "SweepRun" (sweepId, position, armIndex, seed, runId) VALUES (?, ?, ?, ?, ?)',
  );
  for (const [position, { arm: index, seed }] of plan.runs.entries()) {
    const arm = plan.arms[index]!;
    const runId =
      runs.get(runIdentity(arm, seed)) ??
      Number(insertRun.run(seed, arm.training.batches, shownParameters(arm).epsilon).lastInsertRowid);
    insertSweepRun.run(sweepId, position, index, seed, runId);
  }
}

/** Equal for arms that ask for the same, whatever their place and name in the plan. */
function runIdentity({ alpha, beta, gamma, epsilon, N, loss, training }: Arm, seed: number): string {
  return toCanonicalJson([alpha, beta, gamma, epsilon, N, loss, training, seed]);
}

/** The parts of a plan that have no table of their own. */
export function toPlanJson({ arms: _arms, runs: _runs, ...rest }: Plan): string {
  return JSON.stringify(rest);
}
