import { join } from 'node:path';
import type { ListedRun } from '../../store/reading/list-runs.ts';

/** In characters; a file system takes 255 bytes. */
const MAX_NAME = 60;

/**
 * The folder of a run, which TensorBoard calls it by: `03-β0.2_N200/seed-1`. The index keeps arms apart and in order.
 */
export function runFolder({ arm, armName, seed }: Pick<ListedRun, 'arm' | 'armName' | 'seed'>): string {
  const name = armName.replace(/[^\p{L}\p{N}=.+_-]+/gu, '_');
  const short = Array.from(name).slice(0, MAX_NAME).join('');
  return join(`${String(arm).padStart(2, '0')}-${short}`, `seed-${seed}`);
}
