import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import { CIFAR100_FILES } from '../../../server/training/datasets/cifar100.ts';
import { CIFAR10_FILES } from '../../../server/training/datasets/cifar10.ts';
import { cifarPublished } from '../../../server/training/datasets/cifar-published.ts';
import { readTarGz } from '../../../server/training/datasets/tar.ts';
import { cifarRecords, context, tarGz, temporaryFolder } from './files.ts';

const small = cifarPublished({ ...CIFAR10_FILES, recordsPerTrainFile: 4, recordsPerTestFile: 2 });
const batches = [
  ...CIFAR10_FILES.trainFiles.map((name, i) => ({ name, bytes: cifarRecords(4, 1, 10, 4 * i) })),
  { name: 'test_batch.bin', bytes: cifarRecords(2, 1, 10) },
];

describe('CIFAR', () => {
  it('is read from the archive, channels last, and nothing is unpacked', async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'cifar-10-binary.tar.gz'),
      tarGz(batches.map(({ name, bytes }) => ({ path: `cifar-10-batches-bin/${name}`, bytes }))),
    );
    const { train, test } = await small.load({ name: 'cifar10', folder: '.' }, context(folder));
    expect([train.count, test!.count]).toEqual([20, 2]);
    expect([...train.labels.subarray(8, 12)]).toEqual([8, 9, 0, 1]);
    // Image 6 is number 2 of the second file: its first pixel is 200, 201, 202, the others 0 + 2, 10 + 2, 20 + 2.
    expect([...train.pixels.subarray(6 * 3072, 6 * 3072 + 6)]).toEqual([200, 201, 202, 2, 12, 22]);
    expect(await readdir(folder)).toEqual(['cifar-10-binary.tar.gz']);
  });

  it('is the same from unpacked files', async () => {
    const [folder, packed] = [await temporaryFolder(), await temporaryFolder()];
    await mkdir(join(folder, 'cifar-10-batches-bin'));
    for (const { name, bytes } of batches) await writeFile(join(folder, 'cifar-10-batches-bin', name), bytes);
    await writeFile(
      join(packed, 'cifar-10-binary.tar.gz'),
      tarGz(batches.map(({ name, bytes }) => ({ path: name, bytes }))),
    );
    const settings = { name: 'cifar10' as const, folder: '.' };
    expect(await small.load(settings, context(folder))).toEqual(await small.load(settings, context(packed)));
  });

  it('of 100 classes takes the second label, the fine one', async () => {
    const folder = await temporaryFolder();
    const source = cifarPublished({ ...CIFAR100_FILES, recordsPerTrainFile: 100, recordsPerTestFile: 1 });
    await writeFile(join(folder, 'train.bin'), cifarRecords(100, 2, 100, 40));
    await writeFile(join(folder, 'test.bin'), cifarRecords(1, 2, 100, 99));
    const { train, test, classes } = await source.load({ name: 'cifar100', folder: '.' }, context(folder));
    expect([...train.labels.subarray(0, 3)]).toEqual([40, 41, 42]);
    expect(classes.length).toBe(100);
    // The published order is alphabetical.
    expect([classes[0], classes[40], classes[99]]).toEqual(['apple', 'lamp', 'worm']);
    expect(classes).toEqual([...classes].sort());
    expect([...test!.labels]).toEqual([99]);
  });

  it('refuses a label out of range and a file of another length', async () => {
    const folder = await temporaryFolder();
    for (const { name, bytes } of batches) await writeFile(join(folder, name), bytes);
    const wrong = cifarRecords(4, 1, 10);
    wrong[2 * 3073] = 10;
    await writeFile(join(folder, 'data_batch_3.bin'), wrong);
    await expect(small.load({ name: 'cifar10', folder: '.' }, context(folder))).rejects.toThrow(
      `Cannot use ${join(folder, 'data_batch_3.bin')}: the label of image 2 (from 0) is out of range; 0 to 9 are wanted`,
    );
    await writeFile(join(folder, 'data_batch_3.bin'), wrong.subarray(1));
    await expect(small.load({ name: 'cifar10', folder: '.' }, context(folder))).rejects.toThrow(
      'found 12291 bytes; 12292 are wanted',
    );
  });

  it('refuses a training part that lacks a class', async () => {
    const folder = await temporaryFolder();
    for (const { name, bytes } of batches) await writeFile(join(folder, name), new Uint8Array(bytes.length));
    await expect(small.load({ name: 'cifar10', folder: '.' }, context(folder))).rejects.toThrow(
      'no image has the label 1; images of all 10 classes are wanted',
    );
  });
});

describe('an archive', () => {
  const wanted = [
    { name: 'a.bin', bytes: 3 },
    { name: 'b.bin', bytes: 600 },
  ];
  const a = { path: 'x/a.bin', bytes: Buffer.from('abc') };
  const b = { path: 'x/b.bin', bytes: Buffer.alloc(600, 7) };
  async function read(archive: Uint8Array) {
    const path = join(await temporaryFolder(), 'test.tar.gz');
    await writeFile(path, archive);
    return readTarGz(path, wanted);
  }

  it('is read by name, whatever else is in it and wherever its paths point', async () => {
    const found = await read(
      tarGz([
        { path: '../../etc/passwd', bytes: Buffer.from('evil') },
        { path: 'x/', bytes: Buffer.alloc(0), type: '5' },
        { ...a, path: '/../a.bin' },
        { path: 'a.bin', bytes: Buffer.alloc(0), type: '2' },
        { path: 'big', bytes: Buffer.alloc(70_000, 1) },
        b,
      ]),
    );
    expect([...found.keys()]).toEqual(['a.bin', 'b.bin']);
    expect(Buffer.from(found.get('a.bin')!).toString()).toBe('abc');
    expect(Buffer.from(found.get('b.bin')!).equals(b.bytes)).toBe(true);
  });

  it.each([
    ['lacks a file', tarGz([a]), 'it does not hold b.bin, which are wanted'],
    ['holds one twice', tarGz([a, b, a]), 'it holds a.bin twice'],
    [
      'holds one of another length',
      tarGz([a, { ...b, bytes: Buffer.alloc(601) }]),
      'b.bin inside of it has 601 bytes; 600 are wanted',
    ],
    ['is cut off', tarGz([a, b]).subarray(0, 60), 'a complete .tar.gz file is wanted'],
    ['is no archive', Buffer.from('hello'), 'a complete .tar.gz file is wanted'],
    [
      'has a damaged header',
      gzipSync(gunzipSync(tarGz([a, b])).fill('9', 124, 126)),
      'a header inside of it is damaged',
    ],
  ])('is refused when it %s', async (_, archive, message) => {
    const error = await read(archive).catch((error) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(message);
  });
});
