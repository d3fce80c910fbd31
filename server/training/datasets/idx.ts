import { resolve } from 'node:path';
import type { IdxSource } from '../../sweep/settings.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { Part, Source, SourceContext } from '../dataset.ts';
import { describeIdxPair, readIdxImages, readIdxLabels } from './idx-file.ts';
import type { IdxPair } from './idx-file.ts';
import { classesFromNumbers } from './labels.ts';
import type { LabelFile } from './labels.ts';

/** Any pairs of IDX files: training, and where given validation and test. */
export const idx: Source<IdxSource> = {
  async describe(settings, context) {
    const pairs = pairsOf(settings, context);
    const [train, ...others] = await describeAll(pairs);
    const labels = await Promise.all(pairs.map(readLabels));
    const { classes } = classesFromNumbers(labels[0]!, labels.slice(1));
    const { shape, count } = train!;
    return {
      shape,
      classes: classes.length,
      trainCount: count,
      ownValidation: others.some(({ part }) => part === 'validation'),
    };
  },

  async load(settings, context) {
    const pairs = pairsOf(settings, context);
    const [described] = await describeAll(pairs);
    const labelFiles = await Promise.all(pairs.map(readLabels));
    const { classes, train, others } = classesFromNumbers(labelFiles[0]!, labelFiles.slice(1));
    const parts = new Map<string, Part>();
    for (const [i, labels] of [train, ...others].entries()) {
      const { part, images } = pairs[i]!;
      parts.set(part, { count: labels.length, pixels: await readIdxImages(images), labels });
    }
    return {
      shape: described!.shape,
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

/** The headers of all parts, which have to be alike. */
async function describeAll(pairs: Pair[]): Promise<(Pair & IdxPair)[]> {
  const described = await Promise.all(
    pairs.map(async (pair) => ({ ...pair, ...(await describeIdxPair(pair.images, pair.labels)) })),
  );
  for (const other of described.slice(1)) checkSameShape(described[0]!, other);
  return described;
}

async function readLabels({ labels }: Pair): Promise<LabelFile> {
  return { path: labels, labels: await readIdxLabels(labels) };
}

function checkSameShape(train: Pair & IdxPair, other: Pair & IdxPair): void {
  const inWords = ({ shape, isBytes }: IdxPair) => `${shape.join('×')} ${isBytes ? 'bytes' : 'float32'}`;
  if (inWords(train) === inWords(other)) return;
  throw new UserError(
    `Cannot use ${other.images}: its images are ${inWords(other)}; ${inWords(train)} as in ${train.images} are wanted`,
  );
}
