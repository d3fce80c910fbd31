import type { PathPattern } from './path-pattern.ts';

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
export function placeFolders(folders: readonly string[], pattern: PathPattern | null): Map<string, FolderPlace> {
  const known = new Set(folders);
  return new Map(folders.map((folder) => [folder, placeOf(folder, known, pattern)]));
}

function placeOf(folder: string, known: ReadonlySet<string>, pattern: PathPattern | null): FolderPlace {
  const run = pattern?.runOf(folder) ?? ancestorIn(folder, known) ?? bare(folder);
  const words = folder
    .slice(run.length)
    .split('/')
    .filter((word) => word !== '' && !TIME.test(word));
  const isPart = words.length === 1 && Object.hasOwn(PARTS, words[0]!);
  return { run, prefix: isPart ? PARTS[words[0]!]! : words.map((word) => `${word}/`).join('') };
}

/** The nearest folder above with event files of its own. The folder that was named is none: its folders are runs. */
function ancestorIn(folder: string, known: ReadonlySet<string>): string | null {
  const words = folder.split('/');
  for (let n = 1; n < words.length; n++) {
    const above = words.slice(0, n).join('/');
    if (known.has(above)) return bare(above);
  }
  return null;
}

/** Without a last part that is one of a run's own folders. */
function bare(folder: string): string {
  const words = folder.split('/');
  const last = words.at(-1)!;
  const isOwn = TIME.test(last) || Object.hasOwn(PARTS, last);
  return isOwn ? words.slice(0, -1).join('/') : folder;
}
