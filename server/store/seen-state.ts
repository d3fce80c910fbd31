import type { SweepState } from '../sweep/results.ts';
import { leaseHolder } from './lease.ts';
import type { Storage } from './storage.ts';

/**
 * Whoever is killed leaves `running` behind, until the next process that trains clears it up. A reader writes nothing, so
 * it looks at the lease: where nobody trains, such a sweep is seen as interrupted and such a run as waiting.
 */
export function seenSweepState(storage: Storage, state: string): SweepState {
  return state === 'running' && !leaseHolder(storage) ? 'interrupted' : state as SweepState;
}

/** The same for runs, as an SQL expression over a table of the alias `r`. */
export function seenRunState(storage: Storage): string {
  return leaseHolder(storage) ? 'r.state' : `CASE r.state WHEN 'running' THEN 'waiting' ELSE r.state END`;
}
