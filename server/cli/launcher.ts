import { join } from 'node:path';
import { projectFolder } from '../training/project-folder.ts';

/** The arguments after `node` that start another Cosweep on the same database. */
export function launcher(db: string, ...args: string[]): string[] {
  return [join(projectFolder(), 'bin', 'cosweep.js'), '--db', db, ...args];
}
