import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.js';

/** The place of the demo's own database, emptied of what an earlier demo left. */
export function freshDatabase() {
  const file = join(root, 'demo.db');
  for (const suffix of ['', '-wal', '-shm', '.checkpoints', '.logs'])
    rmSync(`${file}${suffix}`, { recursive: true, force: true });
  return file;
}
