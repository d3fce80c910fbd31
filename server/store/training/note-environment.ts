import { createHash } from 'node:crypto';
import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import type { TrainingEnvironment } from '../reading/read-environment.ts';

/** Stores what a sweep is trained in, once for all sweeps that are trained in the same. @returns its id */
export function noteEnvironment(storage: Storage, lease: Lease, environment: TrainingEnvironment): number {
  const data = JSON.stringify(environment);
  const hash = createHash('sha256').update(data).digest('hex');
  return underLease(storage, lease, () => {
    storage.prepare('INSERT OR IGNORE INTO "Environment" (hash, data) VALUES (?, ?)').run(hash, data);
    return storage.prepare('SELECT id FROM "Environment" WHERE hash = ?').pluck().get(hash) as number;
  });
}
