import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Part, Source, SourceData } from '../../../server/training/dataset.ts';
import { CIFAR100_FILES } from '../../../server/training/datasets/cifar100.ts';
import { CIFAR10_FILES } from '../../../server/training/datasets/cifar10.ts';
import { cifarPublished } from '../../../server/training/datasets/cifar-published.ts';
import { FASHION_MNIST_FILES } from '../../../server/training/datasets/fashion-mnist.ts';
import { idxPublished } from '../../../server/training/datasets/idx-published.ts';
import { KMNIST_FILES } from '../../../server/training/datasets/kmnist.ts';
import { MNIST_FILES } from '../../../server/training/datasets/mnist.ts';
import { sources } from '../../../server/training/datasets/sources.ts';
import { cifarRecords, context, fixtures, tarGz, temporaryFolder, writeMnistLike } from './files.ts';

interface Case {
  source: Source<any>;
  /** Puts the files there and gives the settings that name them. */
  prepare: (folder: string) => Promise<object>;
}

/** Smaller cuts of the published sets are read by the same code: only the numbers of images differ. */
const mnistLike = (files: typeof MNIST_FILES): Case => ({
  source: idxPublished({ ...files, trainCount: 30, testCount: 20 }),
  prepare: async (folder) => {
    await writeMnistLike(folder, 30, 20);
    return { name: files.name, folder: '.' };
  },
});

const cifarLike = (files: typeof CIFAR10_FILES, recordsPerTrainFile: number): Case => ({
  source: cifarPublished({ ...files, recordsPerTrainFile, recordsPerTestFile: 10 }),
  prepare: async (folder) => {
    const records = (count: number, first: number) =>
      cifarRecords(count, files.labelBytes, files.classes.length, first);
    await writeFile(
      join(folder, files.files[0]!.name),
      tarGz([
        ...files.trainFiles.map((name, i) => ({
          path: `any/${name}`,
          bytes: records(recordsPerTrainFile, i * recordsPerTrainFile),
        })),
        ...files.testFiles.map((name) => ({ path: `any/${name}`, bytes: records(10, 0) })),
      ]),
    );
    return { name: files.name, folder: '.' };
  },
});

const cases: Record<keyof typeof sources, Case> = {
  glyphs: { source: sources.glyphs, prepare: async () => ({ name: 'glyphs', classes: 12, train: 60, seed: 3 }) },
  mnist: mnistLike(MNIST_FILES),
  'fashion-mnist': mnistLike(FASHION_MNIST_FILES),
  kmnist: mnistLike(KMNIST_FILES),
  cifar10: cifarLike(CIFAR10_FILES, 20),
  cifar100: cifarLike(CIFAR100_FILES, 100),
  idx: {
    source: sources.idx,
    prepare: async () => ({
      name: 'idx',
      images: join(fixtures, 'mnist-cut', 'images-idx3-ubyte.gz'),
      labels: join(fixtures, 'mnist-cut', 'labels-idx1-ubyte.gz'),
      validationImages: null,
      validationLabels: null,
      testImages: null,
      testLabels: null,
    }),
  },
  csv: {
    source: sources.csv,
    prepare: async (folder) => {
      const lines = Array.from({ length: 12 }, (_, i) => `${['cat', 'dog', 'eel'][i % 3]},${i},${i + 1},2.5,1e-3`);
      await writeFile(join(folder, 'a.csv'), ['kind,p0,p1,p2,p3', ...lines].join('\n'));
      return { name: 'csv', file: 'a.csv', label: 'kind', shape: [2, 2, 1], scale: 0.5 };
    },
  },
  images: {
    source: sources.images,
    prepare: async (folder) => {
      for (const [part, count] of [
        ['train', 3],
        ['val', 2],
        ['test', 1],
      ] as const) {
        for (const [name, colour] of [
          ['blue', '#00f'],
          ['red', '#f00'],
        ] as const) {
          await mkdir(join(folder, part, name), { recursive: true });
          for (let i = 0; i < count; i++) {
            await sharp({ create: { width: 9, height: 6, channels: 3, background: colour } })
              .png()
              .toFile(join(folder, part, name, `${i}.png`));
          }
        }
      }
      return { name: 'images', folder: '.', size: 8, channels: 3 };
    },
  },
};

describe.each(Object.entries(cases))('the data set %s', (_, { source, prepare }) => {
  it('gives parts that fit their shape and classes', async () => {
    const folder = await temporaryFolder();
    const data = await source.load(await prepare(folder), context(folder));
    expect(data.classes.length).toBeGreaterThanOrEqual(2);
    expect(new Set(data.classes).size).toBe(data.classes.length);
    for (const part of partsOf(data)) checkPart(part, data);
    expect(new Set(data.train.labels).size).toBe(data.classes.length);
  });

  it('gives the same bytes twice', async () => {
    const folder = await temporaryFolder();
    const settings = await prepare(folder);
    const [first, second] = [
      await source.load(settings, context(folder)),
      await source.load(settings, context(folder)),
    ];
    expect(first.classes).toEqual(second.classes);
    partsOf(first).forEach((part, i) => {
      expect(
        Buffer.from(part.pixels.buffer, part.pixels.byteOffset, part.pixels.byteLength).equals(
          bytesOf(partsOf(second)[i]!),
        ),
      ).toBe(true);
      expect(part.labels).toEqual(partsOf(second)[i]!.labels);
    });
  });

  it('describes itself as it loads', async () => {
    const folder = await temporaryFolder();
    const settings = await prepare(folder);
    const data = await source.load(settings, context(folder));
    expect(await source.describe(settings, context(folder))).toEqual({
      shape: data.shape,
      classes: data.classes.length,
      trainCount: data.train.count,
      ownValidation: data.validation !== null,
    });
  });
});

function partsOf({ train, validation, test }: SourceData): Part[] {
  return [train, validation, test].filter((part) => part !== null);
}

function checkPart({ count, pixels, labels }: Part, { shape, classes }: SourceData): void {
  expect(count).toBeGreaterThanOrEqual(1);
  expect(pixels.length).toBe(count * shape[0] * shape[1] * shape[2]);
  expect(pixels.every((value) => Number.isFinite(value))).toBe(true);
  expect(labels.length).toBe(count);
  expect(labels.every((label) => label >= 0 && label < classes.length)).toBe(true);
}

function bytesOf({ pixels }: Part): Buffer {
  return Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
