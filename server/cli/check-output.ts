import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { resolveDatabase } from '../store/database/check-place.ts';
import { logFolderOf } from '../store/database/log-folder.ts';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { isSameFile } from '../store/database/replaced.ts';
import type { Storage } from '../store/database/storage.ts';
import { readInputs } from '../store/reading/read-inputs.ts';
import type { DatasetSettings } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';
import { cacheFolder } from '../training/cache-folder.ts';

/** Something that no output may be written onto, nor into where it is a folder. */
interface Input {
  path: string;
  what: string;
  /** True for a folder in which others keep things too: there only what is there already is not overwritten. */
  isShared?: true;
}

/** Files that tables are written to, and that no data set is made of by its folder. */
const TABLE = /\.(md|csv|tex|html|json)$/i;

/**
 * The place that a command writes to, checked against everything that this database, its sweeps and their data sets are
 * made of. Every command with an `--out` asks here before it writes.
 *
 * @param out a file, or a folder that is new or empty
 * @returns its absolute path
 */
export function checkOutput(out: string, storage: Storage): string {
  const place = realPlace(out);
  const found = inputsOf(storage).find((input) => isOnto(place, input));
  if (!found) return resolve(out);
  throw new UserError(`Cannot write to ${resolve(out)}: that is ${found.what}; wanted another place`);
}

function inputsOf(storage: Storage): Input[] {
  const { file, checkpointFolder } = storage;
  const { definitions, datasets, weights, programData } = readInputs(storage);
  const database = ['', '-wal', '-shm', '-journal'].map((suffix) => ({
    path: `${file}${suffix}`,
    what: `the database ${file}${suffix === '' ? '' : ' (a file beside it that belongs to it)'}`,
  }));
  return [
    ...database,
    { path: checkpointFolder, what: `in the checkpoint folder of ${file}` },
    { path: logFolderOf(storage), what: `in the log folder of ${file}` },
    ...definitions.map((path) => ({ path, what: `the definition ${path} of a sweep` })),
    ...weights.map((path) => ({ path, what: `the weights ${path} that a sweep starts from` })),
    { path: programsFolderOf(storage), what: `in the folder of programs of ${file}` },
    ...programData.map((path) => ({ path, what: `the data ${path} of a sweep's program` })),
    ...datasets.flatMap(({ folder, settings }) => pathsOf(settings, folder)),
    ...[cacheFolder(), process.env['COSWEEP_DATA'] ?? '']
      .filter((path) => path !== '')
      .map((path): Input => ({ path, what: `a file of a data set in ${path}`, isShared: true })),
  ];
}

/** Every setting of a data set that names something on the disk; the label of a CSV file is the name of a column. */
function pathsOf(settings: DatasetSettings, folder: string): Input[] {
  return Object.entries(settings)
    .filter(([key, value]) => key !== 'name' && key !== 'label' && typeof value === 'string')
    .map(([key, value]) => ({
      path: resolve(folder, value as string),
      what: `the ${key} of data set "${settings.name}" of a sweep`,
      ...(key === 'folder' ? { isShared: true } : {}),
    }));
}

function isOnto(place: string, { path, isShared }: Input): boolean {
  const real = realPlace(path);
  if (place === real || leadToOneFile(place, real)) return true;
  const below = relative(real, place);
  if (below === '' || below.startsWith('..') || !isFolder(real)) return false;
  return isShared ? existsSync(place) && !TABLE.test(place) : true;
}

/** A second name of one file, by a hard link, is that file. */
function leadToOneFile(one: string, two: string): boolean {
  const [a, b] = [one, two].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && isSameFile(a, b);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Without links, also where the place, or the folder that it is in, is not there yet. */
function realPlace(path: string): string {
  const absolute = resolveDatabase(path);
  const folder = dirname(absolute);
  return existsSync(folder) ? absolute : join(realPlace(folder), basename(absolute));
}
