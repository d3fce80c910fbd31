import { askEngine } from './ask-engine.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { refuseFresh } from './refuse-fresh.ts';
import { refuseImported } from './refuse-imported.ts';
import { refuseFullQueue } from './refuse-full-queue.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { replacePlan } from './write-plan.ts';

/**
 * The sweep that waits longest; null where none does.
 *
 * @param programs false: sweeps that users' programs train are passed over
 */
export function nextQueuedSweep(storage: Storage, programs = true): number | null {
  const id = storage
    .prepare(
      `SELECT id FROM "Sweep" WHERE state = 'queued' AND (? OR engine IS NULL OR engine NOT LIKE 'program:%')
      ORDER BY queuedAt, id LIMIT 1`,
    )
    .pluck()
    .get(Number(programs));
  return (id as number | undefined) ?? null;
}

/**
 * What tells whether a sweep needs workers, and on which engine: the engine that was asked for or that it was started
 * on (null where the choice is open), how many runs it has and how many of them are not done.
 */
export function readOutstanding(
  storage: Storage,
  sweepId: number,
): { engine: string | null; runs: number; unfinished: number } {
  return storage
    .prepare(
      `SELECT w.engine, count(*) AS runs, total(r.state NOT IN ('complete', 'diverged')) AS unfinished
    FROM "Sweep" w JOIN "SweepRun" s ON s.sweepId = w.id JOIN "Run" r ON r.id = s.runId WHERE w.id = ?`,
    )
    .get(sweepId) as ReturnType<typeof readOutstanding>;
}

/**
 * On how many of its first seeds a sweep is to be probed; null where the whole sweep is asked for, or where it is gone.
 */
export function readProbeSeeds(storage: Storage, sweepId: number): number | null {
  return (storage.prepare('SELECT probeSeeds FROM "Sweep" WHERE id = ?').pluck().get(sweepId) ?? null) as number | null;
}

/**
 * `run SWEEP` and the dashboard's resume: a sweep that is not at work goes to the end of the queue, to be trained as a
 * whole. A sweep that is being probed, or waits to be, is asked for as a whole.
 *
 * @param engine null leaves the choice open; without it the sweep is on the engine that was asked for before
 * @param fresh true: the sweep is to be trained anew; only where no other process trains
 * @param otherBits true: to go on where the machine computes other bits than those of its runs
 * @param plan of a sweep that is to be trained anew: takes the place of the stored one
 * @returns false where the sweep is already queued or running
 */
export function queueAgain(
  storage: Storage,
  sweepId: number,
  {
    engine,
    fresh = false,
    otherBits = false,
    plan,
    now = Date.now(),
  }: { engine?: string | null; fresh?: boolean; otherBits?: boolean; plan?: Plan; now?: number } = {},
): boolean {
  return transaction(storage, () => {
    refuseImported(storage, sweepId, 'run');
    if (fresh) refuseFresh(sweepName(sweepId), leaseHolder(storage, now));
    if (engine !== undefined) askEngine(storage, sweepId, plan?.engine ?? engine, fresh);
    // A sweep that is `running` without a holder was left by a process that died.
    const atWork = leaseHolder(storage, now) ? 'running' : 'queued';
    if (!['queued', atWork].includes(stateOf(storage, sweepId))) refuseFullQueue(storage, sweepName(sweepId));
    askForAll(storage, sweepId);
    if (fresh) storage.prepare('UPDATE "Sweep" SET share = true WHERE id = ?').run(sweepId);
    askOtherBits(storage, sweepId, { fresh, otherBits });
    if (fresh && plan) replacePlan(storage, sweepId, plan);
    return (
      storage
        .prepare(
          `UPDATE "Sweep" SET state = 'queued', queuedAt = ?, cancelRequested = false,
        killRequested = false, error = NULL, finishedAt = NULL
      WHERE id = ? AND state NOT IN ('queued', ?)`,
        )
        .run(now, sweepId, atWork).changes === 1
    );
  });
}

/**
 * Within a transaction: asks for the whole of a sweep. A sweep that waits to be probed keeps its place and is trained
 * as a whole. A sweep that is being probed is queued when the probe ends.
 *
 * @param share false: the sweep is unshared from then on; a sweep that is being trained as a whole stays as it is
 */
export function askForAll(storage: Storage, sweepId: number, share = true): void {
  storage
    .prepare('UPDATE "Sweep" SET probeSeeds = NULL, share = share AND (? OR probeSeeds IS NULL) WHERE id = ?')
    .run(Number(share), sweepId);
}

function stateOf(storage: Storage, sweepId: number): string {
  return storage.prepare('SELECT state FROM "Sweep" WHERE id = ?').pluck().get(sweepId) as string;
}

/** Whether a sweep waits for its turn. */
export function isQueued(storage: Storage, sweepId: number): boolean {
  return stateOf(storage, sweepId) === 'queued';
}

/**
 * Within a transaction: notes whether the sweep may go on where the machine computes other bits. What was asked for
 * once holds until all of the sweep is trained anew.
 */
export function askOtherBits(
  storage: Storage,
  sweepId: number,
  { fresh, otherBits }: { fresh: boolean; otherBits: boolean },
): void {
  if (!fresh && !otherBits) return;
  storage.prepare('UPDATE "Sweep" SET otherBits = ? WHERE id = ?').run(Number(otherBits), sweepId);
}

/** Whether a sweep waits or is at work. A sweep whose process died at work counts too, until somebody clears up. */
export function isToBeTrained(storage: Storage, sweepId: number): boolean {
  return (
    storage
      .prepare(`SELECT count(*) FROM "Sweep" WHERE id = ? AND state IN ('queued', 'running')`)
      .pluck()
      .get(sweepId) === 1
  );
}
