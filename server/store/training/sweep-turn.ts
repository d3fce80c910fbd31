import type { Storage } from '../database/storage.ts';
import { cancelWaitingRuns, putRunsBack } from '../sweeps/cancel-sweep.ts';
import { underLease, type Lease } from '../database/lease.ts';

/**
 * Within a transaction: the turn of a sweep is over and leaves it in `state`. A sweep that was cancelled before it
 * began stays cancelled.
 */
export function finish(
  storage: Storage,
  sweepId: number,
  state: 'complete' | 'interrupted' | 'cancelled' | 'queued',
  error: string | null,
  now: number,
): void {
  putRunsBack(storage, sweepId);
  if (state === 'cancelled') cancelWaitingRuns(storage, sweepId);
  storage
    .prepare(
      `UPDATE "Sweep" SET state = ?, error = ?, cancelRequested = false, killRequested = false,
      finishedAt = ? WHERE id = ? AND state IN ('queued', 'running')`,
    )
    .run(state, error, state === 'queued' ? null : now, sweepId);
}

/**
 * The process that trains a sweep is stopped, but others asked for the sweep. It goes back to its place in the queue,
 * for the next process to go on with. A cancel that nobody has noticed yet cancels the sweep.
 *
 * @returns the state that the sweep is in now
 */
export function putBack(storage: Storage, lease: Lease, sweepId: number, now = Date.now()): 'queued' | 'cancelled' {
  return underLease(storage, lease, () => {
    const cancelled = storage.prepare('SELECT cancelRequested FROM "Sweep" WHERE id = ?').pluck().get(sweepId) === 1;
    const state = cancelled ? 'cancelled' : 'queued';
    finish(storage, sweepId, state, null, now);
    return state;
  });
}

/**
 * The probe of a sweep ends or stops before all of the sweep is trained. The sweep is then interrupted, or queued again
 * where all of it was asked for meanwhile. A cancel that nobody has noticed yet cancels the sweep.
 *
 * @returns the state that the sweep is in now
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
 * The sweep ends or stops. Its runs that are still `running` wait again. With `cancelled`, its waiting runs are
 * cancelled, except those that another queued or running sweep asks for too.
 *
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
 * A queued sweep begins: it is `running` on this engine.
 *
 * @returns false where the sweep is no longer queued (cancelled or removed meanwhile)
 */
export function startSweep(storage: Storage, lease: Lease, sweepId: number, engine: string): boolean {
  return underLease(storage, lease, () => {
    const { changes } = storage
      .prepare(
        `UPDATE "Sweep" SET state = 'running', engine = ?, error = NULL, cancelRequested = false,
        killRequested = false, finishedAt = NULL WHERE id = ? AND state = 'queued'`,
      )
      .run(engine, sweepId);
    return changes === 1;
  });
}

/**
 * To be called by the process that has just taken the lease: sweeps and runs that are still `running` were left by a
 * process that died, or was silent for too long. The sweeps end as if that process had stopped them: `interrupted` with
 * the reason, or `cancelled` where that was asked for. The runs wait again, or are cancelled with their sweep.
 *
 * @param asked the sweep that the caller is here for: the caller has waited for the dead process, so this sweep is
 * queued
 * @param reason what became of the process
 * @returns the sweeps that were left
 */
export function clearLeftovers(
  storage: Storage,
  lease: Lease,
  asked: number,
  reason = 'the process that trained it died',
  now = Date.now(),
): number[] {
  return underLease(storage, lease, () => {
    storage.prepare(`UPDATE "Run" SET state = 'waiting' WHERE state = 'running'`).run();
    const left = storage
      .prepare(`SELECT id, cancelRequested AS cancelled FROM "Sweep" WHERE state = 'running'`)
      .all() as { id: number; cancelled: number }[];
    for (const { id, cancelled } of left) {
      if (cancelled) finish(storage, id, 'cancelled', null, now);
      else if (id === asked) finish(storage, id, 'queued', null, now);
      else finish(storage, id, 'interrupted', toSentence(reason), now);
    }
    return left.map(({ id }) => id);
  });
}

const toSentence = (reason: string): string => `${reason[0]!.toUpperCase()}${reason.slice(1)}`;
