import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/**
 * The checkpoints of every stage of this sweep are kept from now on, final weights too, for as long as the sweep is
 * there.
 */
export function keepCheckpoints(storage: Storage, sweepId: number): void {
  transaction(storage, () =>
    storage.prepare(`UPDATE "Sweep" SET keepCheckpoints = true, keepWeights = 'all' WHERE id = ?`).run(sweepId),
  );
}
