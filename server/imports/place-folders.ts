import type { PathPattern } from './path-pattern.ts';

/** What the event files of a folder hold. */
export interface FolderContents {
  hasValues: boolean;
  hasParameters: boolean;
}

/** The run that a folder with event files belongs to, and what comes before the names of its metrics. */
export interface FolderPlace {
  run: string;
  prefix: string;
}

/** What others call the parts of the data, of which Keras makes a folder each. */
const PARTS: Record<string, string> = {
  train: 'train/',
  training: 'train/',
  val: 'val/',
  valid: 'val/',
  validation: 'val/',
  eval: 'val/',
  test: 'test/',
};

/** PyTorch's add_hparams writes into a folder of its own, which has the time as its name. */
const TIME = /^\d{9,}(\.\d+)?$/;

/**
 * Which folders are one run: a run may have folders below its own, for a part of the data (`train`, `validation`), for
 * its hyperparameters, or for what `add_scalars` drew together.
 *
 * @param folders paths with event files, with slashes; the folder itself is empty
 */
export function placeFolders(
  folders: ReadonlyMap<string, FolderContents>,
  pattern: PathPattern | null,
): Map<string, FolderPlace> {
  return new Map([...folders.keys()].map((folder) => [folder, placeOf(folder, folders, pattern)]));
}

function placeOf(
  folder: string,
  folders: ReadonlyMap<string, FolderContents>,
  pattern: PathPattern | null,
): FolderPlace {
  const run = pattern?.runOf(folder) ?? runAbove(folder, folders);
  const words = folder
    .slice(run.length)
    .split('/')
    .filter((word) => word !== '' && !TIME.test(word));
  const isPart = words.length === 1 && Object.hasOwn(PARTS, words[0]!);
  return { run, prefix: isPart ? PARTS[words[0]!]! : words.map((word) => `${word}/`).join('') };
}

function runAbove(folder: string, folders: ReadonlyMap<string, FolderContents>): string {
  const words = folder.split('/');
  const above = words.slice(0, -1).join('/');
  const last = words.at(-1)!;
  if (Object.hasOwn(PARTS, last)) return above;
  const hasValues = (path: string) => folders.get(path)?.hasValues === true;
  if (TIME.test(last) && hasValues(above)) return above;
  if (folders.get(folder)!.hasParameters) return folder;
  // The nearest above with values. The folder that was named is none: what is in it are runs.
  for (let n = words.length - 1; n > 0; n--) {
    const path = words.slice(0, n).join('/');
    if (hasValues(path)) return path;
  }
  return folder;
}
