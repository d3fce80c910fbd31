import type { DatasetSettings, NamedDataset } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { SourceContext } from '../dataset.ts';
import { CIFAR10_FILES } from './cifar10.ts';
import { CIFAR100_FILES } from './cifar100.ts';
import { FASHION_MNIST_FILES } from './fashion-mnist.ts';
import { KMNIST_FILES } from './kmnist.ts';
import { MNIST_FILES } from './mnist.ts';
import { locate, obtain, searchedFolders } from './published.ts';
import type { Published } from './published.ts';

const PUBLISHED: Record<NamedDataset, Published> = {
  mnist: MNIST_FILES,
  'fashion-mnist': FASHION_MNIST_FILES,
  kmnist: KMNIST_FILES,
  cifar10: CIFAR10_FILES,
  cifar100: CIFAR100_FILES,
};

const OWN_FILES: { name: DatasetSettings['name']; about: string }[] = [
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
    ...(await Promise.all(Object.values(PUBLISHED).map((each) => listPublished(each, baseFolder)))),
    ...OWN_FILES.map((each) => ({ ...each, state: 'own' as const, ...none })),
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

/**
 * Makes sure that the files of a named data set are on this machine; downloads what is missing. Returns their folder.
 */
export async function getDataset(
  name: string,
  log: (message: string) => void,
  progress?: SourceContext['progress'],
): Promise<string> {
  const wanted = PUBLISHED[name as NamedDataset];
  if (!wanted) {
    throw new UserError(
      `Cannot get the data set "${name}": those that can be downloaded are ${Object.keys(PUBLISHED).join(', ')}`,
    );
  }
  const { folder } = await obtain(wanted, null, { baseFolder: process.cwd(), log, ...(progress && { progress }) });
  return folder;
}
