import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import { images } from '../../../server/training/datasets/images.ts';
import { context, temporaryFolder } from './files.ts';

type Colour = { r: number; g: number; b: number; alpha?: number };

async function draw(path: string, colour: Colour, { width = 6, height = 6 } = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await sharp({ create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour } }).toFile(
    path,
  );
}

/** Makes the classes of a folder those of its training part. */
async function intoParts(folder: string): Promise<void> {
  await mkdir(join(folder, 'train'));
  for (const name of ['a', 'b']) await rename(join(folder, name), join(folder, 'train', name));
}

function load(folder: string, channels: 1 | 3 = 3, size = 4) {
  return images.load({ name: 'images', folder: '.', size, channels }, context(folder));
}

const red = { r: 255, g: 0, b: 0 };
const grey = { r: 100, g: 100, b: 100 };

describe('a folder of images', () => {
  it('has a sub-folder per class, in sorted order; other files are left alone', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'b', '2.png'), red);
    await draw(join(folder, 'b', '10.PNG'.toLowerCase()), grey);
    await draw(join(folder, 'a', 'x.webp'), grey);
    await writeFile(join(folder, 'a', 'notes.txt'), 'not an image');
    await writeFile(join(folder, 'a', '.hidden.png'), 'not an image');
    await mkdir(join(folder, '.git'));
    const { train, classes, shape, validation, test } = await load(folder);
    expect({ classes, shape, validation, test }).toEqual({
      classes: ['a', 'b'],
      shape: [4, 4, 3],
      validation: null,
      test: null,
    });
    expect([...train.labels]).toEqual([0, 1, 1]);
    expect([...train.pixels.subarray(48, 51)]).toEqual([100, 100, 100]);
    expect([...train.pixels.subarray(96, 102)]).toEqual([255, 0, 0, 255, 0, 0]);
  });

  it('may be split into train, val and test', async () => {
    const folder = await temporaryFolder();
    for (const part of ['train', 'val', 'test'])
      for (const name of ['a', 'b']) await draw(join(folder, part, name, '1.png'), grey);
    await draw(join(folder, 'train', 'c', '1.png'), grey);
    const { train, validation, test, classes } = await load(folder);
    expect(classes).toEqual(['a', 'b', 'c']);
    expect([train.count, validation!.count, test!.count]).toEqual([3, 2, 2]);
  });

  it('may have a class called train', async () => {
    const folder = await temporaryFolder();
    for (const name of ['truck', 'train', 'bicycle']) await draw(join(folder, name, '1.png'), grey);
    expect((await load(folder)).classes).toEqual(['bicycle', 'train', 'truck']);
  });

  it('gives as many channels as asked for, whatever the files have', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', 'alpha.png'), { ...red, alpha: 0 });
    await draw(join(folder, 'a', 'photo.jpg'), grey);
    await mkdir(join(folder, 'b'));
    await sharp(Buffer.alloc(36, 50), { raw: { width: 6, height: 6, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'b', 'grey.png'));
    await sharp(Buffer.alloc(36, 50), { raw: { width: 6, height: 6, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(join(folder, 'b', 'grey16.png'));
    const three = await load(folder, 3);
    const one = await load(folder, 1);
    expect([three.train.pixels.length, one.train.pixels.length]).toEqual([4 * 48, 4 * 16]);
    // Transparent is black; grey stays what it is in one channel and in three.
    expect([0, 1, 2, 3].map((i) => three.train.pixels[i * 48])).toEqual([0, 100, 50, 50]);
    expect([0, 1, 2, 3].map((i) => one.train.pixels[i * 16])).toEqual([0, 100, 50, 50]);
  });

  it('cuts the middle out of what is not square', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', '1.png'), grey);
    await mkdir(join(folder, 'b'));
    const wide = sharp({ create: { width: 12, height: 4, channels: 3, background: grey } });
    await wide
      .composite([{ input: { create: { width: 4, height: 4, channels: 3, background: red } }, left: 0, top: 0 }])
      .png()
      .toFile(join(folder, 'b', '1.png'));
    const { train } = await load(folder);
    expect(train.pixels.subarray(48).every((value) => value === 100)).toBe(true);
  });

  it.each([
    [
      'an image that is no image',
      (folder: string) => writeFile(join(folder, 'b', 'bad.png'), 'hello'),
      /Cannot read the image .*bad\.png: its content cannot be decoded; an image that is complete, in one of/,
    ],
    [
      'an image that is cut off',
      async (folder: string) => {
        await sharp({
          create: {
            width: 300,
            height: 300,
            channels: 3,
            background: red,
            noise: { type: 'gaussian', mean: 128, sigma: 60 },
          },
        })
          .jpeg()
          .toFile(join(folder, 'b', 'whole.jpg'));
        const bytes = await readFile(join(folder, 'b', 'whole.jpg'));
        await writeFile(join(folder, 'b', 'bad.jpg'), bytes.subarray(0, bytes.length / 2));
      },
      /Cannot read the image .*bad\.jpg/,
    ],
    [
      'a class without images',
      (folder: string) => mkdir(join(folder, 'empty')).then(() => {}),
      /Cannot use .*empty: found no image; files ending in \.png/,
    ],
    [
      'a class that training does not have',
      async (folder: string) => {
        await intoParts(folder);
        await draw(join(folder, 'test', 'c', '1.png'), grey);
      },
      /test\/c: .*train has no class "c"/,
    ],
    [
      'a single class',
      (folder: string) => rm(join(folder, 'b'), { recursive: true }),
      /found 1 sub-folder; one for each of at least two classes is wanted/,
    ],
    [
      'a part of another name',
      async (folder: string) => {
        await intoParts(folder);
        await draw(join(folder, 'valid', 'a', '1.png'), grey);
      },
      /beside train\/ found valid\/; of the sub-folders there, train\/, val\/, test\/ alone are wanted/,
    ],
  ])('is refused for %s', async (_, spoil, message) => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', '1.png'), grey);
    await draw(join(folder, 'b', '1.png'), grey);
    await spoil(folder);
    const error = await load(folder).catch((error) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
  });

  it('is refused when it is missing', async () => {
    await expect(load('/nowhere')).rejects.toThrow(
      /Cannot read the folder \/nowhere: ENOENT.*; one sub-folder per class is wanted/,
    );
  });
});
