import { createHash } from 'node:crypto';
import type { SourceRun } from './source.ts';

/** SHA-256 in hex of everything that runs recorded, under the names that it has here. */
export function hashOfRuns(runs: readonly SourceRun[]): string {
  const hash = createHash('sha256');
  for (const { curves, ...run } of runs) {
    hash.update(JSON.stringify(run));
    for (const [metric, { batches, values }] of curves) {
      hash.update(JSON.stringify([metric, values.length]));
      for (const numbers of [batches, values]) hash.update(new Uint8Array(Float64Array.from(numbers).buffer));
    }
  }
  return hash.digest('hex');
}
