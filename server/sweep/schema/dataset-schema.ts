import { z } from 'zod';
import { flag, oneOf, strict, text, whole } from './schema-parts.ts';

const SPLIT_SEED = 'a whole number ≥ 0, or "seed" for another split with every seed';
const VALIDATION = 'a share between 0 and 1, or a whole number ≥ 1';

const augmentSchema = strict({
  shift: whole(0).default(0).describe('Largest shift in pixels, in either direction.'),
  flip: flag().default(false).describe('Mirror left to right with probability ½.'),
  crop: whole(0).default(0).describe('Pad by this many pixels, then cut a random window of the original size.'),
  cutout: whole(0).default(0).describe('Side of the square that is blanked out, in pixels.'),
});

/** What every data set understands. */
const common = {
  validation: z
    .union([z.number().gt(0, VALIDATION).lt(1, VALIDATION), z.number().int(VALIDATION).min(1, VALIDATION)], VALIDATION)
    .default(0.1)
    .describe('Taken from the training part, stratified by class: a share (below 1) or a count.'),
  splitSeed: z
    .union([z.number().int(SPLIT_SEED).min(0, SPLIT_SEED), z.literal('seed')], SPLIT_SEED)
    .default(0)
    .describe('Seeds the split. `"seed"`: another split for every seed, the same for all arms.'),
  augment: augmentSchema.prefault({}),
  limit: whole(1).nullable().default(null).describe('Keep this many training images, stratified, after the split.'),
};

const folder = text('a folder');
const file = text('a file');
const optionalFile = text('a file, or null').nullable().default(null);

const glyphs = strict({
  name: z.literal('glyphs'),
  classes: z.number('a whole number ≥ 2').int('a whole number ≥ 2').min(2, 'a whole number ≥ 2').default(10),
  train: whole(1).default(4000).describe('Images to draw for the training part, validation included.'),
  seed: whole(0).default(0).describe('Another seed draws other images.'),
  ...common,
});

const named = strict({
  name: z.enum(['mnist', 'fashion-mnist', 'kmnist', 'cifar10', 'cifar100']),
  folder: folder
    .nullable()
    .default(null)
    .describe('Folder of its files; without it: COSWEEP_DATA, then the cache, then a download.'),
  ...common,
});

const idx = strict({
  name: z.literal('idx'),
  images: file,
  labels: file,
  validationImages: optionalFile,
  validationLabels: optionalFile,
  testImages: optionalFile,
  testLabels: optionalFile,
  ...common,
});

const COLUMN = 'the name or the index of a column';
const SHAPE = 'three whole numbers ≥ 1: [height, width, channels]';
const side = z.number(SHAPE).int(SHAPE).min(1, SHAPE);

const csv = strict({
  name: z.literal('csv'),
  file,
  label: z
    .union([z.string().min(1, COLUMN), z.number().int(COLUMN).min(0, COLUMN)], COLUMN)
    .describe('Column of the label: name or index from 0.'),
  shape: z.tuple([side, side, side], SHAPE),
  scale: z.number('a number > 0').gt(0, 'a number > 0').default(1).describe('Pixel values are multiplied by this.'),
  ...common,
});

const images = strict({
  name: z.literal('images'),
  folder: folder.describe('One sub-folder per class, or `train/`, `val/` and `test/` with such sub-folders.'),
  size: whole(1).default(32).describe('Images are scaled to size × size.'),
  channels: z.union([z.literal(1), z.literal(3)], '1 or 3').default(3),
  ...common,
});

export const DATASET_NAMES = [
  'glyphs',
  'mnist',
  'fashion-mnist',
  'kmnist',
  'cifar10',
  'cifar100',
  'idx',
  'csv',
  'images',
] as const;

/** The name decides which other keys a data set has. */
export const datasetNameSchema = oneOf(DATASET_NAMES);

/** `training.dataset` of a definition. */
export const datasetSchema = z.discriminatedUnion('name', [glyphs, named, idx, csv, images], {
  error: (issue) =>
    issue.code === 'invalid_union'
      ? datasetNameSchema.safeParse(undefined).error!.issues[0]!.message
      : 'an object with the name of a data set, {"name": "glyphs"}',
});
