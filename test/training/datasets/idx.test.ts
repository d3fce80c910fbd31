import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeIdxPair, readIdxImages, readIdxLabels } from '../../../server/training/datasets/idx-file.ts';
import { idx } from '../../../server/training/datasets/idx.ts';
import { context, fixtures, idxBytes, temporaryFolder, toldOf } from './files.ts';

const cut = {
  images: join(fixtures, 'mnist-cut', 'images-idx3-ubyte.gz'),
  labels: join(fixtures, 'mnist-cut', 'labels-idx1-ubyte.gz'),
};
const none = { validationImages: null, validationLabels: null, testImages: null, testLabels: null };

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'some-file');
  await writeFile(path, bytes);
  return path;
}

describe('a cut of MNIST', () => {
  it('is read as published', async () => {
    const { train, shape, classes } = await idx.load({ name: 'idx', ...cut, ...none }, context('/'));
    expect(shape).toEqual([28, 28, 1]);
    expect(classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([...train.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect([...train.pixels].reduce((sum, value) => sum + value, 0)).toBe(9516605);
    expect(Array.from({ length: 10 }, (_, c) => train.labels.filter((label) => label === c).length)).toEqual([
      33, 57, 44, 35, 46, 42, 34, 41, 27, 41,
    ]);
  });

  it('is the same unpacked', async () => {
    const packed = await readIdxImages(cut.images);
    const unpacked = await readIdxImages(await fileOf(gunzipSync(await readFile(cut.images))));
    expect(Buffer.from(unpacked as Uint8Array).equals(Buffer.from(packed as Uint8Array))).toBe(true);
  });

  it('can be validation and test part as well', async () => {
    const data = await idx.load(
      {
        name: 'idx',
        ...cut,
        validationImages: cut.images,
        validationLabels: cut.labels,
        testImages: cut.images,
        testLabels: cut.labels,
      },
      context('/'),
    );
    expect([data.train.count, data.validation?.count, data.test?.count]).toEqual([400, 400, 400]);
  });
});

describe('the format', () => {
  it('has 4 dimensions for images with channels', async () => {
    const images = await fileOf(idxBytes([2, 1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    const { shape } = await describeIdxPair(images, await fileOf(idxBytes([2], [0, 1])));
    expect(shape).toEqual([1, 2, 3]);
    expect([...(await readIdxImages(images))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('holds numbers of other types, big-endian', async () => {
    const float = Buffer.alloc(8);
    float.writeFloatBE(-1.5, 0);
    float.writeFloatBE(2.25, 4);
    expect([...(await readIdxImages(await fileOf(idxBytes([1, 1, 2], float, 0x0d))))]).toEqual([-1.5, 2.25]);
    expect([...(await readIdxLabels(await fileOf(idxBytes([2], [0, 7, 0xff, 0xfe], 0x0b))))]).toEqual([7, -2]);
    expect([...(await readIdxLabels(await fileOf(idxBytes([1], [0, 1, 0, 2], 0x0c))))]).toEqual([65538]);
  });

  it('is described from its first bytes alone', async () => {
    expect(await describeIdxPair(cut.images, cut.labels)).toEqual({ count: 400, shape: [28, 28, 1], isBytes: true });
    const [images, labels] = await Promise.all([readFile(cut.images), readFile(cut.labels)]);
    // What follows the header's part of the packed bytes is cut off.
    const [start, labelStart] = [images.subarray(0, 5000), labels.subarray(0, -20)];
    expect(await describeIdxPair(await fileOf(start), await fileOf(labelStart))).toMatchObject({ count: 400 });
  });
});

describe('a file that is wrong is refused', () => {
  const image = idxBytes([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const hugeHeader = idxBytes([0xffffffff, 0xffff, 0xffff], []);
  it.each([
    ['cut off', image.subarray(0, 20), 'its header states 2×2×2 uint8, so 24 bytes are wanted; found 20'],
    ['too long', Buffer.concat([image, Buffer.from([0])]), 'so 24 bytes are wanted; found 25'],
    ['cut off before it was packed', gzipSync(image.subarray(0, 20)), 'so 24 bytes are wanted; found 20'],
    [
      'too long before it was packed',
      gzipSync(Buffer.concat([image, Buffer.alloc(1e6)])),
      'so 24 bytes are wanted; found more than 24',
    ],
    ['cut off after it was packed', gzipSync(image).subarray(0, -9), 'a complete gzip file is wanted'],
    ['of another kind', Buffer.from('{"not": "idx"}'), 'It starts with 0x7b226e6f.'],
    ['empty', Buffer.alloc(0), 'it does not start as an IDX file does; an IDX file'],
    ['shorter than its header', image.subarray(0, 9), 'it ends inside its header, after 9 bytes; 16 are wanted'],
    ['without images', idxBytes([0, 2, 2], []), 'it holds 0×2×2 uint8'],
    ['of labels', idxBytes([2], [0, 1]), 'it holds 2 uint8; 3 dimensions'],
    ['longer by its header than any machine has memory', hugeHeader, 'found 16'],
    ['longer by its header than what it was packed from', gzipSync(hugeHeader), 'which cannot hold them'],
    [
      'not finite',
      idxBytes([2, 1, 1], [0, 0, 0, 0, 0x7f, 0xc0, 0, 0], 0x0d),
      'image 1 (from 0) has a pixel that is NaN',
    ],
  ])('%s', async (_, bytes, message) => {
    const path = await fileOf(bytes);
    const labels = await fileOf(idxBytes([2], [0, 1]));
    const told = await toldOf(idx.load({ name: 'idx', images: path, labels, ...none }, context('/')));
    expect(told).toContain(message);
    expect(told).toContain(path);
  });

  it('missing', async () => {
    await expect(readIdxImages('/nowhere/images')).rejects.toThrow(
      'Cannot read /nowhere/images: there is no such file; an IDX file is wanted',
    );
    await expect(describeIdxPair('/nowhere/images', cut.labels)).rejects.toThrow('there is no such file');
  });
});

describe('labels that are wrong are refused', () => {
  async function load(labels: number[], others: object = {}) {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'images'), idxBytes([3, 1, 1], [1, 2, 3]));
    await writeFile(join(folder, 'labels'), idxBytes([labels.length], labels));
    await writeFile(join(folder, 'test-labels'), idxBytes([3], [0, 1, 9]));
    await writeFile(join(folder, 'wide'), idxBytes([3, 1, 2], [1, 2, 3, 4, 5, 6]));
    return idx.load({ name: 'idx', images: 'images', labels: 'labels', ...none, ...others }, context(folder));
  }

  it('a count that is not that of the images', async () => {
    await expect(load([0, 1])).rejects.toThrow(/found 3 images and 2 labels; one label for each image is wanted/);
  });
  it('a gap', async () => {
    expect(await toldOf(load([0, 1, 255]))).toMatch(
      /its labels leave out a number; consecutive labels.*\nThey go from 0 to 255, and no image has the label 2\./,
    );
  });
  it('a single class', async () => {
    expect(await toldOf(load([4, 4, 4]))).toMatch(/every label is the same; at least two classes are wanted\nIt is 4/);
  });
  it('one in the test part that training does not have', async () => {
    expect(await toldOf(load([0, 1, 0], { testImages: 'images', testLabels: 'test-labels' }))).toMatch(
      /test-labels: the label of image 2 \(from 0\) is out of range; .*\nIt is 9, and 0 to 1 are wanted/,
    );
  });
  it('a part of another shape', async () => {
    await expect(load([0, 1, 0], { testImages: 'wide', testLabels: 'labels' })).rejects.toThrow(
      /its images are 1×2×1 bytes; 1×1×1 bytes as in/,
    );
  });
  it('images of a part without its labels', async () => {
    await expect(load([0, 1, 0], { validationImages: 'images' })).rejects.toThrow(
      /Cannot use the validation part: found images without its labels/,
    );
  });
  it('but they may start at 1', async () => {
    const { classes, train } = await load([2, 1, 2]);
    expect(classes).toEqual(['1', '2']);
    expect([...train.labels]).toEqual([1, 0, 1]);
  });
});
