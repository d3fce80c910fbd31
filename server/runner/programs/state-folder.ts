import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../../training/cache-folder.ts';

/**
 * The folder of what this user has decided on this machine, which no download may bring: `COSWEEP_STATE`, else
 * `cosweep` in the user's folder of states. A user without a home has it in the folder that stands for the cache.
 */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['COSWEEP_STATE']) return resolve(environment['COSWEEP_STATE']);
  if (environment['XDG_STATE_HOME']) return join(environment['XDG_STATE_HOME'], 'cosweep');
  const home = homeOf();
  return home === null ? join(cacheFolder(environment), 'state') : join(home, '.local', 'state', 'cosweep');
}

/** null where neither HOME nor the list of users names one. */
function homeOf(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}
