import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileReason, isOutside } from '../../sweep/file-error.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { checkRegular } from './data-file.ts';
import { LeftOut } from './left-out.ts';
import { checkClassCount } from './sizes.ts';

const PARTS = ['train', 'val', 'test'];

/** The images of one part, sorted by class and name. */
export interface Listing {
  folder: string;
  classes: string[];
  files: { path: string; label: number }[];
}

export interface Listings {
  train: Listing;
  validation: Listing | null;
  test: Listing | null;
  leftOut: LeftOut;
}

/**
 * Finds the images of a folder with one sub-folder per class, or with `train`, and optionally `val` and `test`, that
 * each have such sub-folders. Opens none of them.
 *
 * @param endings of files that are images, as `.png`
 */
export async function listImages(folder: string, endings: readonly string[]): Promise<Listings> {
  return new Lister(folder, endings).list();
}

class Lister {
  readonly #folder: string;
  readonly #endings: readonly string[];
  readonly #leftOut = new LeftOut();

  constructor(folder: string, endings: readonly string[]) {
    this.#folder = folder;
    this.#endings = endings;
  }

  async list(): Promise<Listings> {
    const root = await readFolder(this.#folder);
    const names = root.folders;
    // A class may be called train, too: its folder then has no sub-folders.
    const inParts = names.includes('train') && (await readFolder(join(this.#folder, 'train'))).folders.length > 0;
    const leftOut = this.#leftOut;
    if (!inParts) return { train: await this.#listPart(this.#folder), validation: null, test: null, leftOut };
    const stranger = names.find((name) => !PARTS.includes(name));
    if (stranger !== undefined) {
      throw new UserError(
        `Cannot use ${this.#folder}: beside train/ found ${stranger}/; ` +
          `of the sub-folders there, ${PARTS.join('/, ')}/ alone are wanted`,
      );
    }
    this.#leftOut.addFiles(root.files);
    const train = await this.#listPart(join(this.#folder, 'train'));
    const other = async (name: string) =>
      names.includes(name) ? this.#listPart(join(this.#folder, name), train) : null;
    return { train, validation: await other('val'), test: await other('test'), leftOut };
  }

  /** Classes and files sorted by code units, so that every machine gives them the same order. */
  async #listPart(folder: string, train?: Listing): Promise<Listing> {
    const found = await readFolder(folder);
    this.#leftOut.addFiles(found.files);
    this.#leftOut.addFolders(folder, found.hidden);
    const classes = train?.classes ?? classesOf(folder, found.folders);
    const files: Listing['files'] = [];
    for (const name of found.folders) {
      const label = classes.indexOf(name.normalize('NFC'));
      if (label < 0)
        throw new UserError(
          `Cannot use ${join(folder, name)}: ${train!.folder} has no class ${JSON.stringify(name)}; ` +
            'the classes of the training part are wanted',
        );
      for (const path of await this.#listClass(join(folder, name))) files.push({ path, label });
    }
    if (files.length === 0)
      throw new UserError(`Cannot use ${folder}: found no sub-folder; one for each class is wanted`);
    return { folder, classes, files };
  }

  async #listClass(folder: string): Promise<string[]> {
    const { files, folders, hidden } = await readFolder(folder);
    const isImage = (name: string) => !name.startsWith('.') && this.#endings.includes(extname(name).toLowerCase());
    const here = new LeftOut();
    here.addFiles(files.filter((name) => !isImage(name)));
    here.addFolders(folder, [...folders, ...hidden]);
    const paths = files
      .filter(isImage)
      .map((name) => join(folder, name))
      .sort();
    if (paths.length === 0)
      throw new UserError(
        `Cannot use ${folder}: found no image${here.isEmpty ? '' : `, but ${here.text}`}; ` +
          `files ending in ${this.#endings.join(' ')} are wanted`,
      );
    this.#leftOut.add(here);
    return paths;
  }
}

function classesOf(folder: string, folders: string[]): string[] {
  const classes = folders.map((name) => name.normalize('NFC'));
  if (classes.length < 2) {
    throw new UserError(
      `Cannot use ${folder}: found ${classes.length} sub-folder${classes.length === 1 ? '' : 's'}; ` +
        'one for each of at least two classes is wanted',
    );
  }
  checkClassCount(folder, classes.length);
  return classes;
}

interface Folder {
  /** Sorted. */
  folders: string[];
  hidden: string[];
  files: string[];
}

/** What a folder holds. Links count as what they lead to; what is no file and no folder is refused. */
async function readFolder(folder: string): Promise<Folder> {
  const entries = (await readEntries(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: Folder = { folders: [], hidden: [], files: [] };
  for (const entry of entries) {
    refuseLossyName(folder, entry.name);
    if (!(await isFolder(folder, entry))) found.files.push(entry.name);
    else if (entry.name.startsWith('.')) found.hidden.push(entry.name);
    else found.folders.push(entry.name);
  }
  refuseTwins(folder, found.folders);
  return found;
}

async function readEntries(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const message = `Cannot read the folder ${folder}: ${fileReason(error)}; one sub-folder per class is wanted`;
    throw isOutside(error) ? new OutsideError(message) : new UserError(message);
  }
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (entry.isFile()) return false;
  if (entry.isDirectory()) return true;
  const path = join(folder, entry.name);
  // Where a link leads, or where the file system does not tell kinds with names.
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return true;
  await checkRegular(path, 'an image or a folder');
  return false;
}

/** Node reads a byte that is not UTF-8 as U+FFFD, so that two names might become one. */
function refuseLossyName(folder: string, name: string): void {
  if (!name.includes('\uFFFD')) return;
  throw new UserError(`Cannot use ${folder}: the name ${JSON.stringify(name)} in it is not UTF-8; UTF-8 is wanted`);
}

function refuseTwins(folder: string, names: string[]): void {
  const normal = names.map((name) => name.normalize('NFC'));
  const twin = normal.find((name, i) => normal.indexOf(name) < i);
  if (twin === undefined) return;
  throw new UserError(
    `Cannot use ${folder}: it has two sub-folders ${JSON.stringify(twin)}, spelled in different ways of Unicode; ` +
      'one for each class is wanted',
  );
}
