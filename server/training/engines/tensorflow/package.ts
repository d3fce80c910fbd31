import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = '@tensorflow/tfjs-node';

/**
 * The N-API version that tfjs-node's addon is built for. N-API is the same binary interface in every Node, so one build
 * serves all.
 */
export const ADDON_API = 8;

/**
 * The folder of this project: the nearest one above this file that has a package.json, whether run from source or from
 * `dist`.
 */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** node_modules/@tensorflow/tfjs-node where npm put it; null when npm left the optional package out. */
export function tfjsNodeFolder(): string | null {
  return packageFolder(NAME);
}

/** Where npm put a package, here or in a folder above; null when it did not. */
export function packageFolder(name: string): string | null {
  for (let folder = projectFolder(); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', ...name.split('/'));
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return null;
  }
}

export function tfjsNodeVersion(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** What package.json asks for, as `npm install` understands it: `@tensorflow/tfjs-node@^4.22.0`. */
export function tfjsNodeRequest(): string {
  const manifest = JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  return `${NAME}@${manifest.optionalDependencies[NAME]}`;
}
