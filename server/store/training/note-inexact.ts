import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/** @param found how the forks of a sweep's program differ from runs in one piece; null where they do not */
export function noteInexact(storage: Storage, lease: Lease, sweepId: number, found: string | null): void {
  underLease(storage, lease, () => {
    storage.prepare('UPDATE "Sweep" SET inexact = ? WHERE id = ? AND inexact IS NOT ?').run(found, sweepId, found);
  });
}
