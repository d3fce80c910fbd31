import { resolve } from 'node:path';
import type { IdxSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { ImageShape, Part, Source, SourceContext } from '../dataset.ts';
import { describeIdxImages, readIdxImages, readIdxLabels } from './idx-file.ts';
import { checkCounts, classesFromNumbers } from './labels.ts';

/** Any pairs of IDX files: training, and where given validation and test. */
export const idx: Source<IdxSource> = {
  async describe(settings, context) {
    const [train] = pairsOf(settings, context);
    const { count, shape } = await describeIdxImages(train!.images);
    const labels = await readIdxLabels(train!.labels);
    checkCounts(train!.images, count, train!.labels, labels.length);
    const { classes } = classesFromNumbers({ path: train!.labels, labels }, []);
    return { shape, classes: classes.length, trainCount: count, ownValidation: settings.validationImages !== null };
  },

  async load(settings, context) {
    const pairs = pairsOf(settings, context);
    const read = await Promise.all(pairs.map(readPair));
    for (const pair of read.slice(1)) checkSameShape(read[0]!, pair);
    const { classes, train, others } = classesFromNumbers(
      read[0]!.labels,
      read.slice(1).map((pair) => pair.labels),
    );
    const parts = new Map<string, Part>(
      [train, ...others].map((labels, i) => [
        pairs[i]!.part,
        { count: labels.length, pixels: read[i]!.pixels, labels },
      ]),
    );
    return {
      shape: read[0]!.shape,
      classes,
      train: parts.get('train')!,
      validation: parts.get('validation') ?? null,
      test: parts.get('test') ?? null,
    };
  },
};

interface Pair {
  part: 'train' | 'validation' | 'test';
  images: string;
  labels: string;
}

function pairsOf(settings: IdxSource, { baseFolder }: SourceContext): Pair[] {
  const candidates = [
    { part: 'train', images: settings.images, labels: settings.labels },
    { part: 'validation', images: settings.validationImages, labels: settings.validationLabels },
    { part: 'test', images: settings.testImages, labels: settings.testLabels },
  ] as const;
  return candidates.flatMap(({ part, images, labels }) => {
    if (images === null && labels === null) return [];
    if (images !== null && labels !== null)
      return [{ part, images: resolve(baseFolder, images), labels: resolve(baseFolder, labels) }];
    throw new UserError(
      `Cannot use the ${part} part: found ${images ?? labels} without its ${images === null ? 'images' : 'labels'}; ` +
        `both are wanted (training.dataset.${part}Images, ${part}Labels)`,
    );
  });
}

async function readPair({ images, labels }: Pair) {
  const read = await readIdxImages(images);
  const values = await readIdxLabels(labels);
  checkCounts(images, read.count, labels, values.length);
  return { images, ...read, labels: { path: labels, labels: values } };
}

interface ReadPair {
  images: string;
  shape: ImageShape;
  pixels: Part['pixels'];
}

function checkSameShape(train: ReadPair, other: ReadPair): void {
  const inWords = ({ shape, pixels }: ReadPair) =>
    `${shape.join('×')} ${pixels instanceof Uint8Array ? 'bytes' : 'float32'}`;
  if (inWords(train) === inWords(other)) return;
  throw new UserError(
    `Cannot use ${other.images}: its images are ${inWords(other)}; ${inWords(train)} as in ${train.images} are wanted`,
  );
}
