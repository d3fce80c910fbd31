import type { SweepState } from '../../sweep/results.ts';
import { runName, sweepName } from '../database/ids.ts';
import { lastHolder, leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/**
 * A process that is killed leaves `running` behind, until the next process that trains clears it up. A reader writes
 * nothing, so it looks at the lease: where no process trains, a sweep stored as running is seen as interrupted, and a
 * run as waiting.
 */
export function seenSweepState(storage: Storage, { state, cancelRequested }: StoredState): SweepState {
  if (state !== 'running' || leaseHolder(storage)) return state as SweepState;
  return cancelRequested ? 'cancelled' : 'interrupted';
}

interface StoredState {
  state: string;
  cancelRequested: boolean | number;
}

/** Why the sweep itself could not go on; null where it did, or no reason is known. */
export function seenError(storage: Storage, sweep: StoredState & { error: string | null }): string | null {
  if (sweep.state !== 'running' || seenSweepState(storage, sweep) !== 'interrupted') return sweep.error;
  const holder = lastHolder(storage);
  return holder === null
    ? sweep.error
    : `Process ${holder.pid} on ${holder.host}, which trained it, has died or gives no sign of life`;
}

/** The same for runs, as an SQL expression over a table with the alias `r`. */
export function seenRunState(storage: Storage): string {
  return leaseHolder(storage) ? 'r.state' : `CASE r.state WHEN 'running' THEN 'waiting' ELSE r.state END`;
}

/**
 * Sweeps and runs that are seen in another state once a process begins or ceases to train: the runs stored as running,
 * and the sweeps in which such runs are counted.
 */
export function storedAsRunning(storage: Storage): { sweeps: string[]; runs: string[] } {
  const runs = storage.prepare(`SELECT id FROM "Run" WHERE state = 'running' ORDER BY id`).pluck().all() as number[];
  const sweeps = storage
    .prepare(
      `SELECT id FROM "Sweep" WHERE state = 'running' OR id IN (
    SELECT s.sweepId FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId WHERE r.state = 'running') ORDER BY id`,
    )
    .pluck()
    .all() as number[];
  return { sweeps: sweeps.map(sweepName), runs: runs.map(runName) };
}
