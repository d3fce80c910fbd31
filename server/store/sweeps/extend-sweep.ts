import type { Plan } from '../../sweep/plan/plan.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { askEngine } from './ask-engine.ts';
import { askForAll } from './queue.ts';
import { refuseFullQueue } from './refuse-full-queue.ts';
import { growPlan } from './write-plan.ts';

export interface SweepExtension {
  /** The definition's new text. */
  definition: string;
  /** Of the new definition, with the arms of the stored plan first and in their order. */
  plan: Plan;
  /** Hash of the plan that it extends. */
  extends: string;
  /** null leaves the choice open: the sweep stays on the engine that it was started on. */
  engine: string | null;
}

/**
 * Adds the arms and seeds of a larger plan to a sweep and queues it, to be trained as a whole. Everything that it has
 * stays as it is. Refused while the sweep is being trained, and where its plan has changed since the larger one was
 * made.
 */
export function extendSweep(
  storage: Storage,
  sweepId: number,
  { definition, plan, extends: planHash, engine }: SweepExtension,
  now = Date.now(),
): void {
  transaction(storage, () => {
    const sweep = storage
      .prepare('SELECT state, planHash, definition, plan FROM "Sweep" WHERE id = ?')
      .get(sweepId) as Found;
    if (sweep.state === 'running' && leaseHolder(storage, now))
      throw new UserError(
        `Cannot extend ${sweepName(sweepId)}: it is being trained; wait until it is done, or cancel it first`,
      );
    if (sweep.planHash !== planHash)
      throw new UserError(`Cannot extend ${sweepName(sweepId)}: it was changed meanwhile; look at it and try again`);
    askEngine(storage, sweepId, engine, false);
    if (sweep.state !== 'queued') refuseFullQueue(storage, sweepName(sweepId));
    askForAll(storage, sweepId);
    noteExtension(storage, sweepId, sweep, now);
    growPlan(storage, sweepId, plan);
    storage
      .prepare(
        `UPDATE "Sweep" SET definition = ?, queuedAt = CASE state WHEN 'queued' THEN queuedAt ELSE ? END,
        state = 'queued', cancelRequested = false, killRequested = false, error = NULL, finishedAt = NULL
      WHERE id = ?`,
      )
      .run(definition, now, sweepId);
  });
}

interface Found {
  state: string;
  planHash: string;
  definition: string;
  plan: string;
}

/** Within a transaction. */
function noteExtension(storage: Storage, sweepId: number, { definition, plan }: Found, now: number): void {
  storage
    .prepare(
      `INSERT INTO "Extension" (sweepId, extendedAt, definition, arms, seeds)
      VALUES (@sweepId, @now, @definition, (SELECT count(*) FROM "Arm" WHERE sweepId = @sweepId), @seeds)`,
    )
    .run({ sweepId, now, definition, seeds: (JSON.parse(plan) as Pick<Plan, 'seeds'>).seeds.length });
}
