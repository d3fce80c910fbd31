import { UserError } from '../../sweep/user-error.ts';
import type { Storage } from '../database/storage.ts';

/** Sweeps that may wait for their turn at once. */
export const MOST_QUEUED = 1_000;

/**
 * Within a transaction: refuses one more sweep where the queue is full.
 *
 * @param sweep as the user knows it
 */
export function refuseFullQueue(storage: Storage, sweep: string): void {
  const waiting = storage.prepare(`SELECT count(*) FROM "Sweep" WHERE state = 'queued'`).pluck().get() as number;
  if (waiting < MOST_QUEUED) return;
  throw new UserError(
    `Cannot queue ${sweep}: ${waiting} sweeps wait already, wanted at most ${MOST_QUEUED}; ` +
      'wait until some of them are trained, or cancel some',
  );
}
