import { join } from 'node:path';
import { projectFolder } from './project-folder.ts';

/**
 * A program of ours that is started in a process of its own. The build makes each an entry point at the place of its
 * source; the code that starts it may be in any of the files that the build makes, so no path relative to it would
 * hold.
 *
 * @param path of its source below `server`, without `.ts`
 */
export function builtProgram(path: string): string {
  return join(projectFolder(), 'dist', 'server', `${path}.js`);
}
