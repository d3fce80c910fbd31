import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { wantedVersion } from '../../training/engines/packages.ts';
import { projectFolder } from '../../training/project-folder.ts';

/** Packages that only those install who have workers on other machines. */
export type PeerPackage = 'bullmq' | 'ioredis' | 'pg';

/**
 * Loads what each user chooses to install.
 *
 * @param load imports it: `() => import('ioredis')`, which the bundle leaves as it is
 */
export async function loadPeer<T>(name: PeerPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new UserError(
      `Cannot reach other machines: the package ${name} is not installed. ` +
        `Wanted, in the version that Cosweep is tested with: ${installation(name)}`,
      { cause: error },
    );
  }
}

/** The command that puts the package where this Cosweep finds it: in its own folder, or beside it. */
export function installation(name: PeerPackage, folder = projectFolder()): string {
  const names: PeerPackage[] = name === 'pg' ? ['bullmq', 'pg'] : ['bullmq', 'ioredis'];
  const packages = names.map((each) => `${each}@${wantedVersion(each)}`).join(' ');
  const beside = dirname(folder);
  if (basename(beside) !== 'node_modules') return `npm install --no-save ${packages} (in ${folder})`;
  const above = dirname(beside);
  // A global installation has no package.json above it.
  if (!existsSync(join(above, 'package.json'))) return `npm install -g ${packages}`;
  return `npm install ${packages} (in ${above})`;
}
