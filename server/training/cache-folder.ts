import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder of downloads, each made once and used by every sweep: `COSWEEP_CACHE`, else `cosweep` in the user's cache
 * folder. A user without a home (in a container, maybe) has a folder for temporary files.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.COSWEEP_CACHE) return resolve(environment.COSWEEP_CACHE);
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'cosweep');
  const home = homeOf();
  return home === null ? temporaryCache() : join(home, '.cache', 'cosweep');
}

/** null where neither HOME nor the list of users names one. */
function homeOf(): string | null {
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}

/**
 * Libraries are loaded from the cache, and every account may write to the folder for temporary files: a folder of that
 * name that is not this user's alone is not taken.
 */
function temporaryCache(): string {
  const user = process.getuid?.() ?? 0;
  const named = join(tmpdir(), `cosweep-cache-${user}`);
  const folder = isOwn(named, user) ? named : mkdtempSync(`${named}-`);
  process.stderr.write(`There is no home folder: the cache is ${folder} (COSWEEP_CACHE names another one)\n`);
  process.env['COSWEEP_CACHE'] = folder; // for the processes that this one starts too: it is said once
  return folder;
}

function isOwn(folder: string, user: number): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    return found !== undefined && found.isDirectory() && found.uid === user && (found.mode & 0o022) === 0;
  }
}
