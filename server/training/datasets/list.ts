import type { DatasetSettings, NamedDataset } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { SourceContext } from '../dataset.ts';
import { cifar10Files } from './cifar10.ts';
import { cifar100Files } from './cifar100.ts';
import { fashionMnistFiles } from './fashion-mnist.ts';
import { kmnistFiles } from './kmnist.ts';
import { mnistFiles } from './mnist.ts';
import { locate, obtain, searchedFolders } from './published.ts';
import type { Published } from './published.ts';

const published: Record<NamedDataset, Published> = {
  mnist: mnistFiles,
  'fashion-mnist': fashionMnistFiles,
  kmnist: kmnistFiles,
  cifar10: cifar10Files,
  cifar100: cifar100Files,
};

const ownFiles: { name: DatasetSettings['name']; about: string }[] = [
  { name: 'idx', about: 'any pair of IDX files: images, labels' },
  { name: 'csv', about: 'one image a line: file, label, shape' },
  { name: 'images', about: 'a folder per class: folder, size, channels' },
];

export interface DatasetListing {
  name: DatasetSettings['name'];
  about: string;
  /** `ready`: can be trained on now; `missing`: would be downloaded; `own`: reads files that the definition names. */
  state: 'ready' | 'missing' | 'own';
  /** The folder that holds its files; null where it needs none or they are not there. */
  folder: string | null;
  /** Where its files are looked for, in this order. */
  looksIn: string[];
  /** The files that are wanted there, and their size together. */
  files: string[];
  bytes: number;
}

/** Every data set: what it is, where its files are looked for and whether they are there. */
export async function listDatasets({ baseFolder }: { baseFolder: string }): Promise<DatasetListing[]> {
  const none = { folder: null, looksIn: [], files: [], bytes: 0 };
  return [
    { name: 'glyphs', about: 'drawn by the program, 28×28 grey, needs no files', state: 'ready', ...none },
    ...(await Promise.all(Object.values(published).map((each) => listPublished(each, baseFolder)))),
    ...ownFiles.map((each) => ({ ...each, state: 'own' as const, ...none })),
  ];
}

async function listPublished(each: Published, baseFolder: string): Promise<DatasetListing> {
  const looksIn = searchedFolders(each, null, baseFolder);
  const located = await locate(each, looksIn);
  return {
    name: each.name,
    about: each.about,
    state: located ? 'ready' : 'missing',
    folder: located?.folder ?? null,
    looksIn,
    files: each.files.map((file) => file.name),
    bytes: each.files.reduce((total, file) => total + file.bytes, 0),
  };
}

/** Makes sure that the files of a named data set are on this machine; downloads what is missing. Returns their folder. */
export async function getDataset(
  name: string, log: (message: string) => void, progress?: SourceContext['progress'],
): Promise<string> {
  const wanted = published[name as NamedDataset];
  if (!wanted) {
    throw new UserError(`Cannot get the data set "${name}": those that can be downloaded are ${Object.keys(published).join(', ')}`);
  }
  const { folder } = await obtain(wanted, null, { baseFolder: process.cwd(), log, ...(progress && { progress }) });
  return folder;
}
