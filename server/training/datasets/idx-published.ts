import type { NamedSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Part, Source } from '../dataset.ts';
import { readIdxImages, readIdxLabels } from './idx-file.ts';
import { checkAllPresent, checkCounts, checkRange } from './labels.ts';
import { obtain } from './published.ts';
import type { Published } from './published.ts';

const NAMES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

/** What MNIST and its kin have in common: four IDX files, and what has to be in them. */
export interface IdxPublished extends Published {
  classes: string[];
  trainCount: number;
  testCount: number;
}

/** Names of the unpacked files; some archives unpack to the second spelling. */
export const UNPACKED = [NAMES, NAMES.map((name) => name.replace('-idx', '.idx'))];

/** A data set of four IDX files: 28×28, grey, a training and a test part. */
export function idxPublished(published: IdxPublished): Source<NamedSource> {
  const { classes, trainCount, testCount } = published;
  return {
    async describe({ folder }, context) {
      if (folder !== null) await obtain(published, folder, context);
      return { shape: [28, 28, 1], classes: classes.length, trainCount, ownValidation: false };
    },
    async load({ folder }, context) {
      const { paths } = await obtain(published, folder, context);
      const [trainImages, trainLabels, testImages, testLabels] = paths as [string, string, string, string];
      const train = await readPart(trainImages, trainLabels, trainCount, classes.length);
      checkAllPresent(trainLabels, train.labels, classes.length);
      const test = await readPart(testImages, testLabels, testCount, classes.length);
      return { shape: [28, 28, 1], classes, train, validation: null, test };
    },
  };
}

async function readPart(imagesPath: string, labelsPath: string, wanted: number, classes: number): Promise<Part> {
  const { count, shape, pixels } = await readIdxImages(imagesPath);
  const found = `${count} images of ${shape.join('×')}`;
  const right = `${wanted} images of 28×28×1`;
  if (found !== right || !(pixels instanceof Uint8Array)) {
    throw new UserError(
      `Cannot use ${imagesPath}: found ${found}${pixels instanceof Uint8Array ? '' : ' as floats'}; ` +
        `${right} as bytes are wanted (for other images use the data set "idx")`,
    );
  }
  const labels = await readIdxLabels(labelsPath);
  checkCounts(imagesPath, count, labelsPath, labels.length);
  checkRange(labelsPath, labels, 0, classes - 1);
  return { count, pixels, labels };
}
