import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { readAudit } from '../reading/read-audit.ts';

/** Between what is noted of two stages. */
const BETWEEN = '; ';

/**
 * A stage of a sweep was different when another machine trained it again.
 *
 * @param difference a sentence that says how; it stands behind what was found before
 */
export function noteAudit(storage: Storage, lease: Lease, sweepId: number, difference: string): void {
  underLease(storage, lease, () => {
    const found = joinAudits(readAudit(storage, sweepId), difference);
    storage.prepare('UPDATE "Sweep" SET audit = ? WHERE id = ?').run(found, sweepId);
  });
}

/** What two notes say, each stage once. */
export function joinAudits(one: string | null, other: string | null): string | null {
  const all = [one, other].flatMap((note) => note?.split(BETWEEN) ?? []);
  return all.length === 0 ? null : [...new Set(all)].join(BETWEEN);
}
