import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage } from '../fetch-package.ts';
import { packageVersion } from '../packages.ts';

/** Dawn for Node: its version, and the folder that it is in. */
export interface InstalledDawn {
  version: string;
  folder: string;
}

/** Fetches Dawn for Node where npm has not put it beside this program. */
export async function installWebgpu(log: (line: string) => void): Promise<InstalledDawn> {
  const folder = await fetchPackage('webgpu', { tidy: removeOtherPlatforms, log });
  const version = packageVersion(folder);
  log(`webgpu is there: Dawn for Node ${version}; cosweep doctor tells which GPU it finds`);
  return { version, folder };
}

/** The package brings Dawn for five platforms, 25 MB each. */
function removeOtherPlatforms(folder: string): void {
  const own = [`${process.platform}-${process.arch}`, `${process.platform}-universal`];
  const platforms = readdirSync(join(folder, 'dist'));
  for (const platform of platforms)
    if (!own.includes(platform)) rmSync(join(folder, 'dist', platform), { recursive: true });
}
