import {
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../cache-folder.ts';
import { startUnfinished, UNFINISHED } from '../unfinished.ts';
import { ADDON_API } from './package.ts';

export type Variant = 'cpu' | 'cuda';

/** What a finished build was made of. */
export interface BuildRecord {
  tfjsNode: string;
  libtensorflow: string;
  variant: Variant;
  platform: string;
  addonApi: number;
  /** Where the library came from, in words. */
  source: string;
}

/** A finished build in the user's cache: `deps/lib` holds the library, `lib/napi-v…` the addon that finds it there. */
export interface Build extends BuildRecord {
  folder: string;
}

const RECORD = 'build.json';

export const thisPlatform = `${process.platform}-${process.arch}`;

export function buildsFolder(): string {
  return join(cacheFolder(), 'tensorflow');
}

/** The finished builds that fit this machine and this tfjs-node, the latest installed first. */
export function finishedBuilds(tfjsNode: string): Build[] {
  const found: { build: Build; installed: number }[] = [];
  for (const name of entries(buildsFolder())) {
    if (name.startsWith(UNFINISHED)) continue;
    const folder = join(buildsFolder(), name);
    const record = readRecord(folder);
    if (!record || record.tfjsNode !== tfjsNode || record.platform !== thisPlatform || record.addonApi !== ADDON_API)
      continue;
    found.push({
      build: { ...record, folder },
      installed: statSync(join(folder, RECORD), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    });
  }
  return found.sort((a, b) => b.installed - a.installed).map(({ build }) => build);
}

export function startBuild(): string {
  return startUnfinished(buildsFolder());
}

/**
 * Turns a started build into a finished one, replacing an older one of the same versions. When two processes finish the
 * same build at once, the one that comes second drops its own: they are alike.
 */
export function finishBuild(started: string, record: BuildRecord): Build {
  const { tfjsNode, libtensorflow, variant, platform, addonApi } = record;
  const folder = join(
    buildsFolder(),
    `tfjs-node-${tfjsNode}_libtensorflow-${libtensorflow}-${variant}_napi-${addonApi}_${platform}`,
  );
  writeFileSync(join(started, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  const replaced = startUnfinished(buildsFolder());
  tryRename(folder, join(replaced, 'old'));
  if (!tryRename(started, folder)) rmSync(started, { recursive: true, force: true });
  rmSync(replaced, { recursive: true, force: true });
  return { ...record, folder };
}

/** False where the source is gone or the target is taken. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Makes a build the one that later processes take. */
export function preferBuild(build: Build): void {
  const now = new Date();
  utimesSync(join(build.folder, RECORD), now, now);
}

/** Null where the folder is not a finished build. */
export function readRecord(folder: string): BuildRecord | null {
  try {
    return JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as BuildRecord;
  } catch {
    return null;
  }
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
