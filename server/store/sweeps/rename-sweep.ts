import { toSweepName, WANTED_NAME } from '../../sweep/marks.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/**
 * Calls a sweep by another name everywhere; its definition keeps its own, by which `run` finds the sweep again.
 *
 * @param name null: the definition's again
 */
export function renameSweep(storage: Storage, sweepId: number, name: string | null): void {
  const stored = name === null ? null : toSweepName(name);
  if (name !== null && stored === null) {
    const found = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
    throw new UserError(`Cannot rename ${sweepName(sweepId)}: found ${found}, wanted ${WANTED_NAME}`);
  }
  transaction(storage, () =>
    storage.prepare('UPDATE "Sweep" SET name = coalesce(?, definedName) WHERE id = ?').run(stored, sweepId),
  );
}
