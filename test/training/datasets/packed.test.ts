import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { datasetSchema } from '../../../server/sweep/schema/dataset-schema.ts';
import type { DatasetSettings } from '../../../server/sweep/settings.ts';
import type { Part, Source, SourceData } from '../../../server/training/dataset.ts';
import { CIFAR10_FILES } from '../../../server/training/datasets/cifar10.ts';
import { cifarPublished } from '../../../server/training/datasets/cifar-published.ts';
import { idxPublished } from '../../../server/training/datasets/idx-published.ts';
import { loadDataset, loadSource } from '../../../server/training/datasets/load.ts';
import { MNIST_FILES } from '../../../server/training/datasets/mnist.ts';
import { packSource, readPacked } from '../../../server/training/datasets/packed.ts';
import { cifarRecords, context, fixtures, idxBytes, tarGz, temporaryFolder, toldOf, writeMnistLike } from './files.ts';

const CUT = {
  name: 'idx',
  images: join(fixtures, 'mnist-cut', 'images-idx3-ubyte.gz'),
  labels: join(fixtures, 'mnist-cut', 'labels-idx1-ubyte.gz'),
};

/** Puts files there, and gives the settings that name them. */
const cases: Record<string, (folder: string) => Promise<object> | object> = {
  glyphs: () => ({ name: 'glyphs', classes: 12, train: 60, seed: 3 }),
  'idx, one part': () => CUT,
  'idx, three parts': () => ({
    ...CUT,
    validationImages: CUT.images,
    validationLabels: CUT.labels,
    testImages: CUT.images,
    testLabels: CUT.labels,
  }),
  'idx of float32': async (folder) => {
    const values = Float32Array.from({ length: 6 * 9 }, (_, i) => Math.sin(i) * 1e-3);
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, i) => bytes.writeFloatBE(value, 4 * i));
    await writeFile(join(folder, 'images'), idxBytes([6, 3, 3], bytes, 0x0d));
    await writeFile(join(folder, 'labels'), idxBytes([6], [0, 1, 0, 1, 0, 1]));
    return { name: 'idx', images: 'images', labels: 'labels' };
  },
  csv: async (folder) => {
    const lines = Array.from({ length: 13 }, (_, i) => `${['Ø a', 'dog', '猫'][i % 3]},${i},${i + 1},2.5,1e-3`);
    await writeFile(join(folder, 'a.csv'), ['kind,p0,p1,p2,p3', ...lines].join('\n'));
    return { name: 'csv', file: 'a.csv', label: 0, shape: [2, 2, 1], scale: 0.5 };
  },
  images: async (folder) => {
    for (const [part, count] of [
      ['train', 4],
      ['test', 1],
    ] as const)
      for (const [name, colour] of [
        ['blue', '#00f'],
        ['red', '#f10'],
      ] as const) {
        await mkdir(join(folder, part, name), { recursive: true });
        for (let i = 0; i < count; i++)
          await sharp({ create: { width: 9, height: 6 + i, channels: 3, background: colour } })
            .png()
            .toFile(join(folder, part, name, `${i}.png`));
      }
    return { name: 'images', folder: '.', size: 7, channels: 3 };
  },
};

describe.each(Object.entries(cases))('%s', (_, prepare) => {
  test('is packed and read as the same data, whatever is made of it', async () => {
    const folder = await temporaryFolder();
    const written = await prepare(folder);
    const settings = datasetSchema.parse(written);
    const source = await loadSource(settings, context(folder));
    const packed = join(await temporaryFolder(), 'packed');
    const { size, pieces } = packSource(source, settings.name);
    await writeFile(packed, pieces());
    const bytes = await readFile(packed);
    expect(bytes.length).toBe(size);
    expect(Buffer.compare(bytes, Buffer.concat([...packSource(source, 'another name').pieces()]))).toBe(0);
    expectEqual(await readPacked(packed), source);

    const splits: object[] = [{ validation: 2 }, { validation: 3, splitSeed: 'seed', limit: source.train.count - 4 }];
    for (const split of splits) {
      const options = { baseFolder: folder, seed: 3 };
      const each: DatasetSettings = datasetSchema.parse({ ...written, ...split });
      const original = await loadDataset(each, options);
      // Where the files are not: nothing but the packed file is read.
      const unpacked = await loadDataset(each, { baseFolder: '/nowhere', seed: 3, packed });
      expect(unpacked.fingerprint).toBe(original.fingerprint);
      expect([unpacked.mean, unpacked.std]).toEqual([original.mean, original.std]);
      expectEqual(unpacked, original);
    }
  });
});

test('published data sets are packed and read as the same data', async () => {
  const folder = await temporaryFolder();
  await writeMnistLike(folder, 30, 20);
  const names = [...CIFAR10_FILES.trainFiles, ...CIFAR10_FILES.testFiles];
  const entries = names.map((name) => ({ path: `any/${name}`, bytes: cifarRecords(20, 1, 10) }));
  await writeFile(join(folder, CIFAR10_FILES.files[0]!.name), tarGz(entries));
  const sources: [Source<never>, string][] = [
    [idxPublished({ ...MNIST_FILES, trainCount: 30, testCount: 20 }), 'mnist'],
    [cifarPublished({ ...CIFAR10_FILES, recordsPerTrainFile: 20, recordsPerTestFile: 20 }), 'cifar10'],
  ];
  for (const [source, name] of sources) {
    const data = await (source as Source).load(datasetSchema.parse({ name, folder: '.' }), context(folder));
    const packed = join(folder, 'packed');
    await writeFile(packed, packSource(data, name).pieces());
    expectEqual(await readPacked(packed), data);
  }
});

function expectEqual(a: SourceData, b: SourceData): void {
  expect([a.shape, a.classes]).toEqual([b.shape, b.classes]);
  for (const name of ['train', 'validation', 'test'] as const) {
    expect(a[name]?.count).toBe(b[name]?.count);
    expect(a[name]?.pixels.constructor).toBe(b[name]?.pixels.constructor);
    if (b[name]) expect(Buffer.compare(bytesOf(a[name]!), bytesOf(b[name]))).toBe(0);
  }
}

function bytesOf({ pixels, labels }: Part): Buffer {
  return Buffer.concat(
    [pixels, labels].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

const two: SourceData = {
  shape: [1, 3, 1],
  classes: ['a', 'b'],
  train: { count: 2, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Int32Array.of(0, 1) },
  validation: null,
  test: { count: 1, pixels: Uint8Array.of(7, 8, 9), labels: Int32Array.of(1) },
};

/** A file as the format's description says it, with this header. */
function fileOf(header: unknown, body: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - ((12 + json.length) % 8)) % 8, ' ')]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  return Buffer.concat([Buffer.from('cosweepd'), length, padded, body]);
}

const header = {
  shape: [1, 3, 1],
  classes: ['a', 'b'],
  train: { count: 2, pixels: 'uint8' },
  validation: null,
  test: { count: 1, pixels: 'uint8' },
};
const body = Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0, ...[0, 0, 0, 0], ...[1, 0, 0, 0], 7, 8, 9, 0, ...[1, 0, 0, 0]);

test('the format is as it is described', () => {
  expect(Buffer.concat([...packSource(two, 'two').pieces()])).toEqual(fileOf(header, body));
});

const floats = { ...header, train: { count: 2, pixels: 'float32' }, test: null };
const notFinite = Buffer.alloc(6 * 4 + 8);
notFinite.writeFloatLE(Infinity, 8);

test.each<[string, Buffer, RegExp]>([
  ['nothing', Buffer.of(), /it does not begin with "cosweepd"/],
  ['another file', Buffer.from('\x89PNG............'), /it does not begin with "cosweepd"/],
  ['a header that is cut off', fileOf(header, body).subarray(0, 40), /its header should have \d+ bytes/],
  ['a byte less', fileOf(header, body).subarray(0, -1), /its header says \d+ bytes, and it has \d+/],
  ['a byte more', Buffer.concat([fileOf(header, body), Buffer.of(0)]), /its header says \d+ bytes, and it has \d+/],
  ['a header without classes', fileOf({ ...header, classes: 'ab' }, body), /does not say shape, classes and parts/],
  ['one class', fileOf({ ...header, classes: ['a'] }, body), /does not say shape, classes and parts/],
  ['far more than there is', fileOf({ ...header, train: { count: 1e7, pixels: 'uint8' } }, body), /its header says/],
  ['more than fits', fileOf({ ...header, shape: [1e5, 1e5, 1] }, body), /at most 16777216 are wanted/],
  ['a label of no class', fileOf(header, body.with(12, 2)), /it has a label outside of 0 to 1/],
  ['a negative label', fileOf(header, body.with(15, 255)), /it has a label outside of 0 to 1/],
  ['a pixel that is no number', fileOf(floats, notFinite), /it has a pixel that is not finite/],
])('a file with %s is refused', async (_, bytes, message) => {
  const path = join(await temporaryFolder(), 'packed');
  await writeFile(path, bytes);
  const told = await toldOf(readPacked(path));
  expect(told).toMatch(message);
  expect(told).toMatch(new RegExp(`^Cannot (read|load) ${path}: .* wanted`));
});

test('more than 4 GB are not sent', () => {
  // No memory is taken for it: nothing looks at the pixels.
  const pixels = { byteLength: 2e9, length: 2e9 } as unknown as Uint8Array;
  const part: Part = { count: 2e6, pixels, labels: new Int32Array(0) };
  const source: SourceData = { ...two, shape: [10, 100, 1], train: part, test: part };
  Object.setPrototypeOf(pixels, Uint8Array.prototype);
  expect(() => packSource(source, 'images')).toThrow(
    /^Cannot send the data set images to other machines: packed it has 4 GB; at most 4 GB are wanted/,
  );
});

test('a data set that would be downloaded is not here', async () => {
  const settings = datasetSchema.parse({ name: 'mnist' });
  const looking = loadSource(settings, { ...context(await temporaryFolder()), offline: true });
  expect(await toldOf(looking)).toMatch(/^Cannot find mnist: its files are not in/);
});
