import { askEngine } from './ask-engine.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder, underLease, type Lease } from '../database/lease.ts';
import { refuseFresh } from './refuse-fresh.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/** The sweep that waits longest; null where none does. */
export function nextQueuedSweep(storage: Storage): number | null {
  const id = storage
    .prepare(`SELECT id FROM "Sweep" WHERE state = 'queued' ORDER BY queuedAt, id LIMIT 1`)
    .pluck()
    .get();
  return (id as number | undefined) ?? null;
}

/**
 * What of a sweep says whether it needs workers, and on what: the engine that it was started on, null where it never
 * was, and its runs.
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
 * To be called by whoever has just taken the lease: what is still `running` was left by a process that died. Its sweeps
 * become `interrupted` (`cancelled` where that was asked for), its runs wait again.
 *
 * @param asked the sweep that the caller is here for: it has waited for the dead process, and is queued
 * @returns the sweeps that were left
 */
export function clearLeftovers(storage: Storage, lease: Lease, asked: number): number[] {
  return underLease(storage, lease, () => {
    storage.prepare(`UPDATE "Run" SET state = 'waiting' WHERE state = 'running'`).run();
    const left = storage.prepare(`SELECT id FROM "Sweep" WHERE state = 'running'`).pluck().all() as number[];
    storage
      .prepare(
        `UPDATE "Sweep" SET state = CASE WHEN cancelRequested THEN 'cancelled' WHEN id = ? THEN 'queued' ELSE 'interrupted' END
      WHERE state = 'running'`,
      )
      .run(asked);
    return left;
  });
}

/** How many seeds of a sweep are asked for, of its trunks alone; null where all of it is, or it is gone. */
export function readProbeSeeds(storage: Storage, sweepId: number): number | null {
  return (storage.prepare('SELECT probeSeeds FROM "Sweep" WHERE id = ?').pluck().get(sweepId) ?? null) as number | null;
}

/**
 * A queued sweep begins: it is `running` on this engine. False where it is no longer queued (cancelled or removed
 * meanwhile).
 */
export function startSweep(storage: Storage, lease: Lease, sweepId: number, engine: string): boolean {
  return underLease(storage, lease, () => {
    const { changes } = storage
      .prepare(
        `UPDATE "Sweep" SET state = 'running', engine = ?, error = NULL, cancelRequested = false,
        finishedAt = NULL WHERE id = ? AND state = 'queued'`,
      )
      .run(engine, sweepId);
    return changes === 1;
  });
}

/**
 * The sweep ends or stops. Its runs that are still `running` wait again; with `cancelled` those that wait are
 * cancelled, unless another sweep in the queue asks for them too.
 * @param error why the sweep itself could not go on
 */
export function finishSweep(
  storage: Storage,
  lease: Lease,
  sweepId: number,
  state: 'complete' | 'interrupted' | 'cancelled',
  error: string | null = null,
  now = Date.now(),
): void {
  underLease(storage, lease, () => finish(storage, sweepId, state, error, now));
}

/**
 * The probe of a sweep ends or stops before all of it is trained: it stands interrupted, unless all of it was asked for
 * meanwhile. Then it is queued for that. A cancel that nobody has noticed yet cancels it.
 *
 * @returns the state that it is in now
 */
export function finishProbe(
  storage: Storage,
  lease: Lease,
  sweepId: number,
  now = Date.now(),
): 'interrupted' | 'queued' | 'cancelled' {
  return underLease(storage, lease, () => {
    const { whole, cancelled } = storage
      .prepare('SELECT probeSeeds IS NULL AS whole, cancelRequested AS cancelled FROM "Sweep" WHERE id = ?')
      .get(sweepId) as { whole: number; cancelled: number };
    const state = cancelled ? 'cancelled' : whole ? 'queued' : 'interrupted';
    finish(storage, sweepId, state, null, now);
    if (state === 'queued') storage.prepare('UPDATE "Sweep" SET queuedAt = ? WHERE id = ?').run(now, sweepId);
    return state;
  });
}

/**
 * Who trains a sweep that others asked for is stopped: it is queued where it was, for them to go on with. A cancel that
 * nobody has noticed yet cancels it.
 *
 * @returns the state that it is in now
 */
export function putBack(storage: Storage, lease: Lease, sweepId: number, now = Date.now()): 'queued' | 'cancelled' {
  return underLease(storage, lease, () => {
    const cancelled = storage.prepare('SELECT cancelRequested FROM "Sweep" WHERE id = ?').pluck().get(sweepId) === 1;
    const state = cancelled ? 'cancelled' : 'queued';
    finish(storage, sweepId, state, null, now);
    return state;
  });
}

/** What was cancelled before it began stays so. */
function finish(
  storage: Storage,
  sweepId: number,
  state: 'complete' | 'interrupted' | 'cancelled' | 'queued',
  error: string | null,
  now: number,
): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'waiting' WHERE state = 'running' AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = ?)`,
    )
    .run(sweepId);
  if (state === 'cancelled') cancelWaitingRuns(storage, sweepId);
  storage
    .prepare(
      `UPDATE "Sweep" SET state = ?, error = ?, cancelRequested = false, finishedAt = ? WHERE id = ? AND state IN ('queued', 'running')`,
    )
    .run(state, error, state === 'queued' ? null : now, sweepId);
}

/** Within a transaction. */
export function cancelWaitingRuns(storage: Storage, sweepId: number): void {
  storage
    .prepare(
      `UPDATE "Run" SET state = 'cancelled' WHERE state = 'waiting'
    AND id IN (SELECT runId FROM "SweepRun" WHERE sweepId = @sweepId)
    AND id NOT IN (SELECT r.runId FROM "SweepRun" r JOIN "Sweep" s ON s.id = r.sweepId WHERE s.state IN ('queued', 'running') AND s.id <> @sweepId)`,
    )
    .run({ sweepId });
}

/**
 * `run SWEEP` and `resume`: a sweep that is not at work goes to the end of the queue, to be trained as a whole. False
 * where it is queued or running; where it is being probed, or waits to be, all of it is asked for.
 *
 * @param engine null leaves the choice open; without it the sweep is on what was asked for before
 * @param fresh it is to be trained anew; only where no other process trains
 */
export function queueAgain(
  storage: Storage,
  sweepId: number,
  { engine, fresh = false, now = Date.now() }: { engine?: string | null; fresh?: boolean; now?: number } = {},
): boolean {
  return transaction(storage, () => {
    if (fresh) refuseFresh(sweepName(sweepId), leaseHolder(storage, now));
    if (engine !== undefined) askEngine(storage, sweepId, engine, fresh);
    const atWork = leaseHolder(storage, now) ? 'running' : 'queued'; // `running` without a holder was left by a process that died
    askForAll(storage, sweepId);
    if (fresh) storage.prepare('UPDATE "Sweep" SET share = true WHERE id = ?').run(sweepId);
    return (
      storage
        .prepare(
          `UPDATE "Sweep" SET state = 'queued', queuedAt = ?, cancelRequested = false, error = NULL
      WHERE id = ? AND state NOT IN ('queued', ?)`,
        )
        .run(now, sweepId, atWork).changes === 1
    );
  });
}

/**
 * Within a transaction: what waits to be probed keeps its place and is trained as a whole; what is being probed is
 * queued when that is done.
 *
 * @param share false: unshared from then on; a sweep that is being trained as a whole stays as it is
 */
export function askForAll(storage: Storage, sweepId: number, share = true): void {
  storage
    .prepare('UPDATE "Sweep" SET probeSeeds = NULL, share = share AND (? OR probeSeeds IS NULL) WHERE id = ?')
    .run(Number(share), sweepId);
}

/** Whether a sweep waits, is at work, or was when its process died and nobody has cleared up since. */
export function isToBeTrained(storage: Storage, sweepId: number): boolean {
  return (
    storage
      .prepare(`SELECT count(*) FROM "Sweep" WHERE id = ? AND state IN ('queued', 'running')`)
      .pluck()
      .get(sweepId) === 1
  );
}
