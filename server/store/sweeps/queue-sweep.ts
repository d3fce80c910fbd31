import type { Arm } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { UserError } from '../../sweep/user-error.ts';
import { askEngine } from './ask-engine.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { shownParameters } from '../../sweep/shown-parameters.ts';
import { askForAll, askOtherBits } from './queue.ts';
import { refuseFresh } from './refuse-fresh.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

export interface SweepRequest {
  /** The definition's text as it was given. */
  definition: string;
  /**
   * Absolute path of the definition's file; for a confirmation the key that `confirmKey` gives; null for a definition
   * that came through HTTP.
   */
  definitionPath: string | null;
  /** Absolute path of the folder that its relative paths start at. */
  folder: string;
  plan: Plan;
  /** null leaves the choice to the process that trains the sweep. */
  engine: string | null;
  /**
   * False: every run is trained on its own from batch 0. True: runs share stages; but a sweep that is there already
   * stays as it is, unless `fresh`.
   */
  share: boolean;
  /** True: everything is trained anew, and may be on another engine; only where no other process trains. */
  fresh?: boolean;
  /** True: to go on where the machine computes other bits than those of the sweep's runs. */
  otherBits?: boolean;
  /**
   * Where only the trunks are asked for: on how many of the first seeds. Left out where the whole sweep is asked for.
   */
  probeSeeds?: number;
}

export interface QueuedSweep {
  sweepId: number;
  /** False where a sweep of the same file and name was there and is continued. */
  created: boolean;
}

/**
 * Stores a sweep as queued, at the end of the queue. The same file with the same name is the same sweep: it is
 * continued, and where its definition changed, the arms it still has keep their runs. Every arm × seed gets a run right
 * away, waiting and without a key; `identifyRuns` replaces this run where the database already holds one that computes
 * the same.
 *
 * A sweep that is being trained at this moment stays as it is; it cannot be changed meanwhile. If it is only being
 * probed and the whole sweep is asked for now, it is queued when the probe ends.
 */
export function queueSweep(storage: Storage, request: SweepRequest, now = Date.now()): QueuedSweep {
  return transaction(storage, () => {
    if (request.fresh) refuseFresh(`sweep "${request.plan.name}"`, leaseHolder(storage, now));
    const bits = { fresh: request.fresh === true, otherBits: request.otherBits === true };
    const found = findSweepOfDefinition(storage, request);
    if (!found) {
      const sweepId = insertSweep(storage, request, now);
      askOtherBits(storage, sweepId, bits);
      return { sweepId, created: true };
    }
    askEngine(storage, found.id, request.engine, request.fresh === true);
    if (found.state === 'running' && leaseHolder(storage, now)) {
      if (found.planHash === request.plan.planHash) {
        if (request.probeSeeds === undefined) askForAll(storage, found.id, request.share);
        return { sweepId: found.id, created: false };
      }
      throw new UserError(
        `Cannot queue sweep "${request.plan.name}": ${sweepName(found.id)} is being trained by another process ` +
          'with an earlier form of this definition; wait until it is done, or cancel it first',
      );
    }
    updateSweep(storage, found.id, request, now);
    askOtherBits(storage, found.id, bits);
    if (found.planHash !== request.plan.planHash) replaceArms(storage, found.id, request.plan);
    return { sweepId: found.id, created: false };
  });
}

interface Found {
  id: number;
  state: string;
  planHash: string;
}

/**
 * The newest sweep of this file and name. A confirmation has the name of its arm in its own name, and arms may change
 * their names: a confirmation is found by its key alone, which says what it confirms.
 */
function findSweepOfDefinition(storage: Storage, { definitionPath, plan }: SweepRequest): Found | undefined {
  if (definitionPath === null) return undefined;
  return storage
    .prepare(
      `SELECT id, state, planHash FROM "Sweep"
    WHERE definitionPath = ? AND (name = ? OR definitionPath LIKE 'confirm:%') ORDER BY id DESC`,
    )
    .get(definitionPath, plan.name) as Found | undefined;
}

function insertSweep(storage: Storage, request: SweepRequest, now: number): number {
  const { plan } = request;
  const { lastInsertRowid } = storage
    .prepare(
      `INSERT INTO "Sweep" (name, definitionPath, folder, definition, planHash, plan,
      metricName, metricGoal, engine, share, probeSeeds, state, createdAt, queuedAt)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)`,
    )
    .run(
      plan.name,
      request.definitionPath,
      request.folder,
      request.definition,
      plan.planHash,
      toPlanJson(plan),
      plan.metric.name,
      plan.metric.goal,
      request.engine,
      Number(request.share),
      request.probeSeeds ?? null,
      now,
      now,
    );
  const sweepId = Number(lastInsertRowid);
  insertArms(storage, sweepId, plan);
  insertRuns(storage, sweepId, plan, new Map());
  return sweepId;
}

/**
 * An unshared sweep stays unshared: its shared runs are other runs, and the whole sweep would be trained once more. A
 * sweep that waits to be trained as a whole still does so when a probe of it is asked for: its trunks come first
 * anyway.
 */
function updateSweep(storage: Storage, sweepId: number, request: SweepRequest, now: number): void {
  const { plan } = request;
  storage
    .prepare(
      `UPDATE "Sweep" SET name = ?, folder = ?, definition = ?, planHash = ?, plan = ?, metricName = ?, metricGoal = ?,
      share = (share OR ?) AND ?,
      probeSeeds = CASE WHEN state = 'queued' AND probeSeeds IS NULL THEN NULL ELSE ? END,
      queuedAt = CASE state WHEN 'queued' THEN queuedAt ELSE ? END,
      state = 'queued', cancelRequested = false, error = NULL, finishedAt = NULL WHERE id = ?`,
    )
    .run(
      plan.name,
      request.folder,
      request.definition,
      plan.planHash,
      toPlanJson(plan),
      plan.metric.name,
      plan.metric.goal,
      Number(request.fresh ?? false),
      Number(request.share),
      request.probeSeeds ?? null,
      now,
      sweepId,
    );
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
function toPlanJson({ arms: _arms, runs: _runs, ...rest }: Plan): string {
  return JSON.stringify(rest);
}
