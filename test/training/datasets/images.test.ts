import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import { images } from '../../../server/training/datasets/images.ts';
import { context, interlacedHeader, temporaryFolder, toldOf, writeFloatTiff } from './files.ts';

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
      /Cannot read the folder \/nowhere: there is no such file or folder \(ENOENT\); one sub-folder per class is wanted/,
    );
  });
});

/** Writes a grey PNG of 16 bits. */
async function drawDeep(path: string, values: Uint16Array, side: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const image = sharp(values, { raw: { width: side, height: side, channels: 1 } });
  await image.toColourspace('grey16').png().toFile(path);
}

describe('images of more than 8 bits', () => {
  const ramp = (most: number) => Uint16Array.from({ length: 256 }, (_, i) => Math.floor((i * most) / 255));

  it('are read by the upper 8 of the bits that all of them use together', async () => {
    const folder = await temporaryFolder();
    await drawDeep(join(folder, 'a', '1.png'), ramp(4095), 16);
    // Darker than the other, and so in the bytes, too.
    await drawDeep(join(folder, 'b', '1.png'), ramp(2047), 16);
    const logged: string[] = [];
    const { train } = await images.load(
      { name: 'images', folder: '.', size: 16, channels: 1 },
      { baseFolder: folder, log: (message) => logged.push(message) },
    );
    expect([...train.pixels]).toEqual([
      ...ramp(4095).map((value) => value >> 4),
      ...ramp(2047).map((value) => value >> 4),
    ]);
    expect(logged).toEqual(['2 images of 16 bits use 12 of them: the upper 8 of these are read']);
    expect([...(await load(folder, 3, 16)).train.pixels.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('are read by their upper byte where they use all bits, or are bytes that were made words', async () => {
    const folder = await temporaryFolder();
    await drawDeep(join(folder, 'a', '1.png'), ramp(65535), 16);
    await drawDeep(join(folder, 'b', '1.png'), ramp(4095), 16);
    const asBytes = (name: string) =>
      sharp(join(folder, name, '1.png'))
        .toColourspace('b-w')
        .raw({ depth: 'uchar' })
        .toBuffer();
    const { train } = await load(folder, 1, 16);
    expect([...train.pixels]).toEqual([...(await asBytes('a')), ...(await asBytes('b'))]);
    expect([train.pixels[255], train.pixels[511]]).toEqual([255, 16]);
    const bytes = await temporaryFolder();
    for (const [name, factor] of [
      ['a', 256],
      ['b', 257],
    ] as const)
      await drawDeep(join(bytes, name, '1.png'), new Uint16Array(256).fill(50 * factor), 16);
    expect((await load(bytes, 1, 16)).train.pixels.every((value) => value === 50)).toBe(true);
  });

  it('keep their white where scaling sharpens an edge', async () => {
    const folder = await temporaryFolder();
    const edge = Uint16Array.from({ length: 256 }, (_, i) => (i % 16 < 8 ? 1 : 4095));
    for (const name of ['a', 'b']) await drawDeep(join(folder, name, '1.png'), edge, 16);
    const { train } = await load(folder, 1, 11);
    expect([train.pixels[0], train.pixels[10], Math.max(...train.pixels)]).toEqual([0, 255, 255]);
  });

  it('are refused where their numbers are floats', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', '1.png'), grey);
    await mkdir(join(folder, 'b'));
    await writeFloatTiff(join(folder, 'b', '1.tif'), 4, 4);
    await expect(load(folder)).rejects.toThrow(/1\.tif: its numbers are of the kind float; whole numbers/);
  });
});

describe('what lies beside the images', () => {
  it('is told: files by their ending, hidden ones, and folders', async () => {
    const folder = await temporaryFolder();
    for (const part of ['train', 'val'])
      for (const name of ['a', 'b']) await draw(join(folder, part, name, '1.jpeg'), grey);
    await draw(join(folder, 'train', 'a', 'more', '1.png'), grey);
    await mkdir(join(folder, 'train', '.cache'));
    for (const path of ['a.csv', 'train/1.bmp', 'train/a/1.BMP', 'train/a/notes', 'val/b/.hidden.png'])
      await writeFile(join(folder, path), 'any');
    const logged: string[] = [];
    const settings = { name: 'images' as const, folder: '.', size: 4, channels: 3 as const };
    await images.load(settings, { baseFolder: folder, log: (message) => logged.push(message) });
    expect(logged).toEqual([
      `${folder}: 4 images are read; left out: 2 files .bmp, 1 file .csv, ` +
        '1 file hidden (a name that starts with a dot), 1 file without ending and 2 folders (train/.cache, a/more). ' +
        'Read are .png .jpg .jpeg .jpe .jfif .webp .gif .tif .tiff .avif',
    ]);
    // A plan says the same.
    await images.describe(settings, { baseFolder: folder, log: (message) => logged.push(message) });
    expect(logged[1]).toBe(logged[0]);
  });

  it('is told in the error where a class has no image', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', '1.png'), grey);
    await draw(join(folder, 'b', 'more', '1.png'), grey);
    for (const name of ['1.bmp', '2.bmp']) await writeFile(join(folder, 'b', name), 'any');
    await expect(load(folder)).rejects.toThrow(
      /b: found no image, but 2 files \.bmp and 1 folder \(b\/more\); files ending in \.png .* are wanted/,
    );
  });

  it('is told of further images in one file', async () => {
    const folder = await temporaryFolder();
    await draw(join(folder, 'a', '1.png'), grey);
    await mkdir(join(folder, 'b'));
    const frames = await Promise.all(
      [red, grey].map((background) =>
        sharp({ create: { width: 6, height: 6, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toFile(join(folder, 'b', '1.gif'));
    const logged: string[] = [];
    await images.load(
      { name: 'images', folder: '.', size: 4, channels: 3 },
      { baseFolder: folder, log: (message) => logged.push(message) },
    );
    expect(logged).toEqual([`${folder}: 1 file holds several images; the first is read`]);
  });

  it('is read where its ending is one of JPEG or in capitals', async () => {
    const folder = await temporaryFolder();
    const jpeg = await sharp({ create: { width: 6, height: 6, channels: 3, background: grey } })
      .jpeg()
      .toBuffer();
    for (const path of ['a/1.jfif', 'a/2.jpe', 'b/1.JPG']) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), jpeg);
    }
    expect((await load(folder)).train.count).toBe(3);
  });
});

describe('class folders', () => {
  const [apart, whole] = ['Ba\u0308r', 'B\u00e4r'];

  it('are one class in both spellings of Unicode, in the place of the first', async () => {
    const folder = await temporaryFolder();
    for (const path of [`train/${apart}`, 'train/Bb', `val/${whole}`, 'val/Bb'])
      await draw(join(folder, path, '1.png'), grey);
    const { classes, validation } = await load(folder);
    expect(classes).toEqual([whole, 'Bb']);
    expect([...validation!.labels].sort()).toEqual([0, 1]);
  });

  it('are refused where both spellings are in one part', async () => {
    const folder = await temporaryFolder();
    for (const name of [apart, whole]) await draw(join(folder, name, '1.png'), grey);
    // Some file systems make one folder of both.
    const told = await toldOf(load(folder));
    expect(told).toMatch(/two sub-folders "B\u00e4r", spelled in different ways of Unicode|found 1 sub-folder/);
  });

  it('may be links', async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
    await draw(join(elsewhere, '1.png'), grey);
    for (const name of ['a', 'b']) await symlink(elsewhere, join(folder, name));
    expect((await load(folder)).train.count).toBe(2);
    await symlink(join(folder, 'nowhere'), join(elsewhere, '2.png'));
    await expect(load(folder)).rejects.toThrow(/2\.png: there is no such file; an image or a folder is wanted/);
  });
});

it.each([
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', /cannot be decoded/],
  ['an image too large', interlacedHeader(16_000, 16_000), /16000×16000 pixels take 768000000 bytes/],
])('a file that is %s is refused, whatever its name', async (_, bytes, message) => {
  const folder = await temporaryFolder();
  await draw(join(folder, 'a', '1.png'), grey);
  await mkdir(join(folder, 'b'));
  await writeFile(join(folder, 'b', '1.png'), bytes);
  await expect(load(folder)).rejects.toThrow(message);
});
