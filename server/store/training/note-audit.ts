import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/** @param different how stages of a sweep differed that were trained again on another machine, a sentence each */
export function noteAudit(storage: Storage, lease: Lease, sweepId: number, different: readonly string[]): void {
  const found = different.length === 0 ? null : different.join('; ');
  underLease(storage, lease, () => {
    storage.prepare('UPDATE "Sweep" SET audit = ? WHERE id = ? AND audit IS NOT ?').run(found, sweepId, found);
  });
}
