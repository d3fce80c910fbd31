import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { projectFolder } from '../project-folder.ts';

/** Engines load them if they are there; a packed Cosweep leaves them out, and `engine install` fetches them. */
export type FetchedPackage = '@tensorflow/tfjs-node' | 'webgpu';

/** Where npm put a package, here or in a folder above, else where `engine install` put it; null where it is nowhere. */
export function packageFolder(name: FetchedPackage): string | null {
  for (let folder = projectFolder(); ; folder = dirname(folder)) {
    const candidate = within(folder, name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) break;
  }
  const fetched = within(fetchFolder(name), name);
  return existsSync(join(fetched, 'package.json')) ? fetched : null;
}

export function packageVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The folder in the user's cache that gets a package with what it needs; another version gets another folder. */
export function fetchFolder(name: FetchedPackage): string {
  return join(cacheFolder(), 'packages', `${name.split('/').at(-1)}-${wantedVersion(name)}`);
}

/** The least version that package.json asks for: of a checkout as optional, of the packed program as a peer. */
export function wantedVersion(name: string): string {
  const manifest = JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  const wanted = { ...manifest.peerDependencies, ...manifest.optionalDependencies }[name];
  if (wanted === undefined) throw new Error(`package.json names no version of ${name}`);
  return wanted.replace(/^[\^~]/, '');
}

/** A package below the folder in which npm installed it. */
export function within(folder: string, name: FetchedPackage): string {
  return join(folder, 'node_modules', ...name.split('/'));
}
