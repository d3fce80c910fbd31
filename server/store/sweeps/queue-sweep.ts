import { isProgramEngine } from '../../sweep/program-engine.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { UserError } from '../../sweep/user-error.ts';
import { askEngine, leaveProgram } from './ask-engine.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { askForAll, askOtherBits } from './queue.ts';
import { refuseFresh } from './refuse-fresh.ts';
import { isSamePlace } from './same-place.ts';
import { refuseFullQueue } from './refuse-full-queue.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { insertPlan, replacePlan, toPlanJson } from './write-plan.ts';
import { refuseLostExtension } from './refuse-lost-extension.ts';

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
 * continued. Where the text of its definition is unchanged it keeps its stored plan, whatever this version would plan,
 * unless `fresh`. Where the text changed, the arms it still has keep their runs. Every arm × seed gets a run right
 * away, waiting and without a key; `identifyRuns` replaces this run where the database already holds one that computes
 * the same.
 *
 * A sweep that is being trained at this moment stays as it is; it cannot be changed meanwhile. If it is only being
 * probed and the whole sweep is asked for now, it is queued when the probe ends.
 */
export function queueSweep(storage: Storage, request: SweepRequest, now = Date.now()): QueuedSweep {
  return transaction(storage, () => {
    if (request.fresh) refuseFresh(`sweep "${request.plan.name}"`, leaseHolder(storage, now));
    const found = findSweepOfDefinition(storage, request);
    if (!found) {
      refuseFullQueue(storage, `sweep "${request.plan.name}"`);
      const sweepId = insertSweep(storage, request, now);
      askOtherBits(storage, sweepId, { fresh: false, otherBits: request.otherBits === true });
      return { sweepId, created: true };
    }
    const keeps = found.definition === request.definition && request.fresh !== true;
    if (!keeps && found.planHash !== request.plan.planHash && isAtWork(storage, found, now))
      throw new UserError(
        `Cannot queue sweep "${request.plan.name}": ${sweepName(found.id)} is being trained by another process ` +
          'with an earlier form of this definition; wait until it is done, or cancel it first',
      );
    if (!keeps) {
      refuseLostExtension(storage, found.id, request.plan);
      leaveProgram(storage, found.id, request.plan, request.fresh === true);
    }
    const asked = { ...request, engine: keeps ? request.engine : engineOf(request) };
    if (continueSweep(storage, found, asked, now) && !keeps) replacePlan(storage, found.id, request.plan);
    return { sweepId: found.id, created: false };
  });
}

/** The sweep that the same file has made before, and would be continued; null where there is none. */
export function sweepOfDefinition(
  storage: Storage,
  request: Pick<SweepRequest, 'definitionPath' | 'folder'> & { plan: Pick<Plan, 'name'> },
): number | null {
  return findSweepOfDefinition(storage, request)?.id ?? null;
}

/**
 * The same for a definition that the database may hold word for word, without a plan: the stored plan is kept. A sweep
 * that was extended since it had this definition keeps what was added to it.
 *
 * @returns the sweep that is continued; null where the database holds no such definition of this file
 */
export function queueUnchanged(
  storage: Storage,
  request: Omit<SweepRequest, 'plan' | 'fresh'>,
  now = Date.now(),
): number | null {
  return transaction(storage, () => {
    const found = sweepOfText(storage, request);
    if (!found) return null;
    continueSweep(storage, found, { ...request, definition: found.definition }, now);
    return found.id;
  });
}

/** The sweep that `queueUnchanged` would continue. */
export function findUnchanged(storage: Storage, request: DefinitionText): number | null {
  return sweepOfText(storage, request)?.id ?? null;
}

type DefinitionText = Pick<SweepRequest, 'definition' | 'definitionPath' | 'folder'>;

function sweepOfText(storage: Storage, request: DefinitionText): Found | undefined {
  const sweeps = storage
    .prepare(
      `SELECT ${FOUND} FROM "Sweep" WHERE definitionPath IS NOT NULL
      AND (definition = @text OR id IN (SELECT sweepId FROM "Extension" WHERE definition = @text))
      ORDER BY id DESC`,
    )
    .all({ text: request.definition }) as Found[];
  return sweeps.find((sweep) => isSamePlace(sweep, request));
}

/** The engine that a plan asks for: where a user's program trains it, that one and no other. */
function engineOf({ plan, engine }: Pick<SweepRequest, 'plan' | 'engine'>): string | null {
  if (plan.engine === undefined || isProgramEngine(engine)) return engine;
  if (engine === null) return plan.engine;
  throw new UserError(
    `Cannot queue sweep "${plan.name}" on ${engine}: its definition names a program, which is its engine; ` +
      'leave --engine out',
  );
}

interface Found {
  id: number;
  state: string;
  planHash: string;
  definition: string;
  definitionPath: string;
  folder: string;
}

const FOUND = 'id, state, planHash, definition, definitionPath, folder';

/**
 * The newest sweep of this file and name. A confirmation has the name of its arm in its own name, and arms may change
 * their names: a confirmation is found by its key alone, which says what it confirms.
 */
function findSweepOfDefinition(
  storage: Storage,
  request: Pick<SweepRequest, 'definitionPath' | 'folder'> & { plan: Pick<Plan, 'name'> },
): Found | undefined {
  if (request.definitionPath === null) return undefined;
  const sweeps = storage
    .prepare(
      `SELECT ${FOUND} FROM "Sweep" WHERE definitionPath IS NOT NULL
      AND (definedName = ? OR definitionPath = ? AND definitionPath LIKE 'confirm:%') ORDER BY id DESC`,
    )
    .all(request.plan.name, request.definitionPath) as Found[];
  return sweeps.find((sweep) => isSamePlace(sweep, request));
}

function isAtWork(storage: Storage, { state }: Found, now: number): boolean {
  return state === 'running' && leaseHolder(storage, now) !== null;
}

/**
 * A sweep that is there is asked for again.
 *
 * @returns false where it is being trained at this moment and stays as it is
 */
function continueSweep(storage: Storage, found: Found, request: Omit<SweepRequest, 'plan'>, now: number): boolean {
  askEngine(storage, found.id, request.engine, request.fresh === true);
  askOtherBits(storage, found.id, { fresh: request.fresh === true, otherBits: request.otherBits === true });
  if (isAtWork(storage, found, now)) {
    if (request.probeSeeds === undefined) askForAll(storage, found.id, request.share);
    return false;
  }
  if (found.state !== 'queued') refuseFullQueue(storage, sweepName(found.id));
  updateSweep(storage, found.id, request, now);
  return true;
}

function insertSweep(storage: Storage, request: SweepRequest, now: number): number {
  const { plan } = request;
  const { lastInsertRowid } = storage
    .prepare(
      `INSERT INTO "Sweep" (name, definedName, definitionPath, folder, definition, planHash, plan,
      metricName, metricGoal, engine, share, probeSeeds, state, createdAt, queuedAt)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)`,
    )
    .run(
      plan.name,
      plan.name,
      request.definitionPath,
      request.folder,
      request.definition,
      plan.planHash,
      toPlanJson(plan),
      plan.metric.name,
      plan.metric.goal,
      engineOf(request),
      Number(request.share),
      request.probeSeeds ?? null,
      now,
      now,
    );
  const sweepId = Number(lastInsertRowid);
  insertPlan(storage, sweepId, plan);
  return sweepId;
}

/**
 * An unshared sweep stays unshared: its shared runs are other runs, and the whole sweep would be trained once more. A
 * sweep that waits to be trained as a whole still does so when a probe of it is asked for: its trunks come first
 * anyway.
 */
function updateSweep(storage: Storage, sweepId: number, request: Omit<SweepRequest, 'plan'>, now: number): void {
  storage
    .prepare(
      `UPDATE "Sweep" SET folder = ?, definition = ?,
      share = (share OR ?) AND ?,
      probeSeeds = CASE WHEN state = 'queued' AND probeSeeds IS NULL THEN NULL ELSE ? END,
      queuedAt = CASE state WHEN 'queued' THEN queuedAt ELSE ? END,
      state = 'queued', cancelRequested = false, killRequested = false, error = NULL, finishedAt = NULL WHERE id = ?`,
    )
    .run(
      request.folder,
      request.definition,
      Number(request.fresh ?? false),
      Number(request.share),
      request.probeSeeds ?? null,
      now,
      sweepId,
    );
}
