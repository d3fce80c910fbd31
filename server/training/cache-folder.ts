import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder of downloads, each made once and used by every sweep: `COSWEEP_CACHE`, else `cosweep` in the user's cache
 * folder.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.COSWEEP_CACHE) return resolve(environment.COSWEEP_CACHE);
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cosweep');
}
