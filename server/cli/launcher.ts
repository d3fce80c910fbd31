import { join } from 'node:path';
import { packageRoot } from './package-root.ts';

/** The arguments after `node` that start another Cosweep on the same database. */
export function launcher(db: string, ...args: string[]): string[] {
  return [join(packageRoot(), 'bin', 'cosweep.js'), '--db', db, ...args];
}
