import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/** Lists leave an archived sweep out unless they are asked for it; nothing else changes. */
export function archiveSweep(storage: Storage, sweepId: number, archived: boolean): void {
  transaction(storage, () =>
    storage.prepare('UPDATE "Sweep" SET archived = ? WHERE id = ?').run(Number(archived), sweepId),
  );
}
