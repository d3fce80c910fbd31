import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { NamedDataset } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import { cacheFolder } from '../cache-folder.ts';
import type { SourceContext } from '../dataset.ts';
import { download } from './download.ts';
import type { PublishedFile } from './download.ts';

/** A well-known data set: where its files are published and what may lie on a disk instead of them. */
export interface Published {
  name: NamedDataset;
  /** What it is, in a line. */
  about: string;
  /** Folders on the web that hold the files under their names; tried in this order. */
  mirrors: readonly string[];
  files: readonly PublishedFile[];
  /** Sets of local files that do instead, each complete by itself; the published names are tried first. */
  alternatives: readonly (readonly string[])[];
}

/**
 * Absolute paths of a complete set of files. `set` is 0 for the published files, else one more than the alternative's
 * index.
 */
export interface Located {
  folder: string;
  paths: string[];
  set: number;
}

/**
 * Where the files of a data set are looked for, in this order. A `folder` that was given is the only place: a typing
 * mistake in it must not be answered with other data.
 */
export function searchedFolders(
  { name }: Published,
  folder: string | null,
  baseFolder: string,
  environment = process.env,
): string[] {
  if (folder !== null) return [resolve(baseFolder, folder)];
  const data = environment.COSWEEP_DATA;
  return [...(data ? [join(resolve(data), name)] : []), join(cacheFolder(environment), 'datasets', name)];
}

/** The first folder that holds a complete set; null where none does. */
export async function locate(published: Published, folders: readonly string[]): Promise<Located | null> {
  const sets = [published.files.map((file) => file.name), ...published.alternatives];
  for (const folder of folders) {
    for (const [set, names] of sets.entries()) {
      const paths = names.map((name) => join(folder, name));
      if ((await Promise.all(paths.map(exists))).every(Boolean)) return { folder, paths, set };
    }
  }
  return null;
}

/**
 * Finds the files, or downloads them into the cache.
 *
 * @param folder from the definition; if there is one, nothing is downloaded
 */
export async function obtain(published: Published, folder: string | null, context: SourceContext): Promise<Located> {
  const folders = searchedFolders(published, folder, context.baseFolder);
  const located = await locate(published, folders);
  if (located) return located;
  if (folder !== null || context.offline)
    throw new UserError(`Cannot find ${published.name}: ${wantedFiles(published, folders)}`);

  const target = folders.at(-1)!;
  try {
    for (const file of published.files) await fetchFile(published, file, join(target, file.name), context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `Cannot get ${published.name}: ${wantedFiles(published, folders)}. Tried to download: ${error.message}`,
    );
  }
  return { folder: target, paths: published.files.map((file) => join(target, file.name)), set: 0 };
}

async function fetchFile(
  published: Published,
  file: PublishedFile,
  path: string,
  { log, progress }: SourceContext,
): Promise<void> {
  if (await exists(path)) return;
  const failures: string[] = [];
  for (const mirror of published.mirrors) {
    const url = mirror + file.name;
    log(`${published.name}: downloading ${url} (${(file.bytes / 1e6).toFixed(1)} MB)`);
    try {
      return await download(url, path, file, (received) => progress?.(file.name, received, file.bytes));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error.message);
    }
  }
  throw new UserError(failures.join('; '));
}

/** What was looked for and where: enough to bring the files to a machine without a network. */
function wantedFiles(published: Published, folders: readonly string[]): string {
  const names = published.files.map((file) => file.name).join(', ');
  const unpacked = published.alternatives.length > 0 ? ' (or unpacked)' : '';
  return (
    `its files are not in ${folders.join(' or ')}; ` +
    `wanted there are ${names}${unpacked}, as published at ${published.mirrors[0]}`
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
