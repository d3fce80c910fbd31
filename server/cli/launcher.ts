import { join } from 'node:path';
import { projectFolder } from '../training/project-folder.ts';

/** The program that Node is given to start another Cosweep. */
export function launcherFile(): string {
  return join(projectFolder(), 'bin', 'cosweep.js');
}

/** The arguments after `node` that start another Cosweep on the same database. */
export function launcher(db: string, ...args: string[]): string[] {
  return [launcherFile(), '--db', db, ...args];
}
