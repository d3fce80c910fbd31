import { IMPORTED } from '../../sweep/imported-engine.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';

/** Refuses to train a sweep whose runs were trained elsewhere: nobody here knows how. */
export function refuseImported(storage: Storage, sweepId: number, attempted: 'run' | 'retry'): void {
  const engine = storage.prepare('SELECT engine FROM "Sweep" WHERE id = ?').pluck().get(sweepId);
  if (engine !== IMPORTED) return;
  throw new UserError(
    `Cannot ${attempted} ${sweepName(sweepId)}: its runs were trained elsewhere and imported; ` +
      'train more of them there, and import them again',
  );
}
