import { existsSync, lstatSync, mkdtempSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageVersion } from '../packages.ts';
import { finishedBuilds, readRecord, type Build } from './builds.ts';
import { ADDON_API, tfjsNodeFolder } from './package.ts';

const PARTS = ['deps', 'lib'] as const;

/** True where tfjs-node finds its addon, whether by our links or because its own install script has put it there. */
export function hasAddon(tfjsNode: string): boolean {
  return existsSync(join(tfjsNode, 'lib', `napi-v${ADDON_API}`, 'tfjs_binding.node'));
}

/**
 * Links a build's library and addon into tfjs-node; each link appears at once or not at all, so two processes may do it
 * together.
 */
export function linkBuild(build: Build, tfjsNode: string): void {
  for (const part of PARTS) {
    const target = join(build.folder, part);
    const place = join(tfjsNode, part);
    if (linkTarget(place) === target) continue;
    const temporary = mkdtempSync(join(tfjsNode, '.link-'));
    // `junction` matters on Windows only, where it needs no privilege.
    symlinkSync(target, join(temporary, part), 'junction');
    if (isFolder(place)) rmSync(place, { recursive: true, force: true }); // a rename replaces a link, but not a folder
    renameSync(join(temporary, part), place);
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Puts the links back that `npm ci` has wiped together with node_modules, from the build installed last.
 * False where tfjs-node or a build for it is missing.
 */
export function relink(tfjsNode = tfjsNodeFolder()): boolean {
  if (!tfjsNode) return false;
  if (hasAddon(tfjsNode)) return true;
  const [build] = finishedBuilds(packageVersion(tfjsNode));
  if (!build) return false;
  linkBuild(build, tfjsNode);
  return true;
}

/** The build that is linked into tfjs-node; null where its own install script has put its addon there. */
export function linkedBuild(tfjsNode: string): Build | null {
  const library = linkTarget(join(tfjsNode, 'lib'));
  const folder = library === null ? null : dirname(library);
  const record = folder === null ? null : readRecord(folder);
  return record && { ...record, folder: folder! };
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
