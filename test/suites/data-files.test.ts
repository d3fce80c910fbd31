import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CIFAR10_FILES } from '../../server/training/datasets/cifar10.ts';
import { startChild } from '../helpers/child.ts';
import { size } from '../helpers/size.ts';
import { cifarRecords, idxBytes, interlacedHeader, tarGz } from '../training/datasets/files.ts';
import type { DamageCase, DamageReport } from './read-damaged.ts';
import type { ReadCase, ReadOutcome } from './read-data.ts';

const LITTLE = { NODE_OPTIONS: '--max-old-space-size=256' };

vi.setConfig({ testTimeout: size(60_000, 900_000) });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosweep-data-files-'));
  await writeFile(join(folder, 'images'), idxBytes([4, 1, 1], [1, 2, 3, 4]));
  await writeFile(join(folder, 'labels'), idxBytes([4], [0, 1, 0, 1]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reads data in a process with 256 MB of heap. */
async function readAll(cases: ReadCase['settings'][]): Promise<ReadOutcome[]> {
  const text = JSON.stringify(cases.map((settings) => ({ settings })));
  const child = await startChild(new URL('read-data.ts', import.meta.url), [folder, text], LITTLE);
  child.go();
  return (await child.result()) as ReadOutcome[];
}

const idx = (images: string, labels: string) => ({
  name: 'idx' as const,
  images,
  labels,
  validationImages: null,
  validationLabels: null,
  testImages: null,
  testLabels: null,
});
const csv = (file: string, shape: [number, number, number] = [1, 1, 1]) => ({
  name: 'csv' as const,
  file,
  label: 0,
  shape,
  scale: 1,
});
const images = (path: string, pixels = 8) => ({
  name: 'images' as const,
  folder: path,
  size: pixels,
  channels: 3 as const,
});

type Hostile = [what: string, settings: ReadCase['settings'], said: RegExp];

/** All of these in one process: none may take memory to speak of, and none may wait for anything. */
async function expectRefused(cases: Hostile[]): Promise<void> {
  const outcomes = await readAll(cases.map(([, settings]) => settings));
  for (const [i, [what, , said]] of cases.entries()) expect(`${what}: ${outcomes[i]!.said}`).toMatch(said);
  expect(outcomes.reduce((total, { grown }) => total + grown, 0)).toBeLessThan(300);
}

describe('what is no regular file', () => {
  it('is refused by every data set, without a wait', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const socket = createServer().listen(join(folder, 'socket'));
    await once(socket, 'listening');
    await symlink('/dev/zero', join(folder, 'zero'));
    await symlink('circle', join(folder, 'circle'));
    for (const [at, name] of [
      ['piped', 'a/1.png'],
      ['endless', 'a/1.png'],
    ] as const) {
      await mkdir(join(folder, at, 'a'), { recursive: true });
      await mkdir(join(folder, at, 'b'));
      if (at === 'piped') execFileSync('mkfifo', [join(folder, at, name)]);
      else await symlink('/dev/zero', join(folder, at, name));
    }
    for (const name of ['train-images', 'train-labels', 't10k-images', 't10k-labels'])
      await symlink(
        join(folder, 'pipe'),
        join(folder, `${name}-idx${name.endsWith('s') && name.includes('images') ? 3 : 1}-ubyte`),
      );
    await mkdir(join(folder, 'cifar'));
    await symlink('/dev/zero', join(folder, 'cifar', 'cifar-10-binary.tar.gz'));

    const named = ['pipe', 'zero', 'socket', 'circle', '.'] as const;
    const found = {
      pipe: /a named pipe/,
      zero: /a device/,
      socket: /a socket/,
      circle: /in a circle/,
      '.': /a folder/,
    };
    await expectRefused([
      ...named.flatMap((name): Hostile[] => [
        [`images ${name}`, idx(name, 'labels'), found[name]],
        [`labels ${name}`, idx('images', name), found[name]],
        [`csv ${name}`, csv(name), found[name]],
      ]),
      ['image that is a pipe', images('piped'), /1\.png: it is a named pipe/],
      ['image that is a device', images('endless'), /1\.png: it is a device/],
      ['mnist', { name: 'mnist', folder: '.' }, /train-images-idx3-ubyte: it is a named pipe/],
      ['cifar10', { name: 'cifar10', folder: 'cifar' }, /cifar-10-binary\.tar\.gz: it is a device/],
      ['a file of the kernel', csv('/proc/self/maps'), /holds no images|found/],
      ['memory', idx('/proc/self/mem', 'labels'), /does not start as an IDX file/],
    ]);
    socket.close();
  });
});

/** Writes gzip of a header and zeros, in pieces: the whole would not fit here either. */
async function writeZeros(path: string, header: Uint8Array, zeros: number): Promise<void> {
  const gzip = createGzip();
  const file = await open(join(folder, path), 'w');
  const written = (async () => {
    for await (const piece of gzip) await file.write(piece as Uint8Array);
  })();
  gzip.write(header);
  const piece = Buffer.alloc(2 ** 24);
  for (let left = zeros; left > 0; left -= piece.length) {
    if (!gzip.write(piece.subarray(0, Math.min(left, piece.length)))) await once(gzip, 'drain');
  }
  gzip.end();
  await written;
  await file.close();
}

async function writeSparse(path: string, start: Uint8Array | string, length: number): Promise<void> {
  await writeFile(join(folder, path), start);
  await truncate(join(folder, path), length);
}

describe('files that are small and unpack to much', () => {
  it('are refused before they are unpacked', async () => {
    const many = size(2 * 10 ** 7, 10 ** 9);
    await writeZeros('many-labels', idxBytes([many], []), many);
    await writeZeros('many-images', idxBytes([many, 1, 1], []), many);
    await writeZeros('black', idxBytes([8, 3500, 3500], []), 98 * 10 ** 6);
    await writeZeros('longer', idxBytes([4, 1, 1], []), many);
    await mkdir(join(folder, 'tar'));
    const entry = tarGz([{ path: 'other', bytes: Buffer.alloc(10 ** 8) }]);
    await writeFile(join(folder, 'tar', 'cifar-10-binary.tar.gz'), entry);
    await expectRefused([
      ['labels', idx('images', 'many-labels'), /found 4 images and \d+ labels|would grow from \d+ to 1000000008 bytes/],
      [
        'images and labels',
        idx('many-images', 'many-labels'),
        /found \d+ images; at most 10000000 are wanted|would grow from \d+ to 1000000016 bytes/,
      ],
      ['one colour', idx('black', 'labels'), /would grow from \d+ to 98000016 bytes; at most 250 times as many/],
      ['more than the header says', idx('longer', 'labels'), /so 20 bytes are wanted; found more than 20/],
      [
        'archive',
        { name: 'cifar10', folder: 'tar', records: 10 },
        /unpacked, it holds more than 67108864 bytes besides/,
      ],
    ]);
  });
});

describe('sizes that no machine has', () => {
  it('are refused before memory is taken', async () => {
    const labels = (count: number) =>
      idxBytes(
        [count],
        new Uint8Array(count).map((_, i) => i % 2),
      );
    await writeSparse('sparse-images', idxBytes([9000, 512, 512], []), 16 + 9000 * 512 * 512);
    await writeFile(join(folder, 'sparse-labels'), labels(9000));
    await writeSparse('wide-image', idxBytes([2, 4097, 4096], []), 16 + 2 * 4097 * 4096);
    await writeFile(join(folder, 'two-labels'), labels(2));
    await writeSparse('sparse.csv', 'label,a\n0,1\n', 20 * 2 ** 30);
    await writeSparse('zeros.csv', 'label,a\n0,1\n', 2 ** 30);
    await writeFile(join(folder, 'small.csv'), 'a,1,2\nb,3,4\n');
    await writeFile(join(folder, 'endless-line.csv'), '1,'.repeat(size(10 ** 7, 10 ** 8)));
    await writeFile(join(folder, 'commas.csv'), ','.repeat(size(10 ** 7, 10 ** 8)));
    await writeFile(join(folder, 'endless-quote.csv'), `"${'a,\n'.repeat(size(10 ** 7, 10 ** 8))}`);
    await writeFile(join(folder, 'classes.csv'), Array.from({ length: 40_000 }, (_, i) => `c${i},1\n`).join(''));
    await writeClass('huge', 'a', interlacedHeader(16_000, 16_000));
    await writeClass('huge', 'b', interlacedHeader(16_000, 16_000));
    await writeClass('drawn', 'a', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await writeClass('drawn', 'b', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expectRefused([
      ['sparse images', idx('sparse-images', 'sparse-labels'), /9000 images of 512×512×1 take 2\.2 GiB; at most 2 GiB/],
      ['wide images', idx('wide-image', 'two-labels'), /have 16781312 numbers each; at most 16777216/],
      ['sparse CSV', csv('sparse.csv'), /found 21474836480 bytes; at most 17179869184/],
      ['CSV of zeros', csv('zeros.csv'), /line 3: found more than 65664 characters/],
      ['CSV in a huge shape', csv('small.csv', [2000, 2000, 3]), /have 12000000 numbers a line; at most 1000000/],
      ['CSV in a large shape', csv('small.csv', [1, 1, 999_999]), /found 3 values; 1000000 .* are wanted/],
      ['CSV in one line', csv('endless-line.csv'), /line 1: found more than 65664 characters/],
      ['CSV of commas', csv('commas.csv'), /line 1: found more than 65664 characters/],
      ['CSV in one quote', csv('endless-quote.csv'), /found more than 65664 characters/],
      ['CSV of classes', csv('classes.csv'), /found 40000 classes; at most 32768 are wanted/],
      ['glyphs', { name: 'glyphs', classes: 10, train: 1e12, seed: 0 }, /Cannot draw 1000000000000 glyphs: at most/],
      ['size', images('huge', 10 ** 9), /have 3000000000000000000 numbers each; at most/],
      ['interlaced PNGs', images('huge'), /16000×16000 pixels take 768000000 bytes; at most 536870912/],
      ['SVG named .png', images('drawn'), /its content cannot be decoded/],
    ]);
  });
});

async function writeClass(path: string, name: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(join(folder, path, name), { recursive: true });
  await writeFile(join(folder, path, name, '1.png'), bytes);
}

describe('data that is right', () => {
  it('takes memory by its own size', async () => {
    const count = size(600, 30_000);
    const pixels = Buffer.alloc(count * 64 * 64, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
    const labels = idxBytes(
      [count],
      new Uint8Array(count).map((_, i) => i % 2),
    );
    await writeFile(
      join(folder, 'good-images.gz'),
      gzipSync(Buffer.concat([idxBytes([count, 64, 64], []), pixels]), { level: 1 }),
    );
    await writeFile(join(folder, 'good-images'), Buffer.concat([idxBytes([count, 64, 64], []), pixels]));
    await writeFile(join(folder, 'good-labels'), labels);
    const cells = Array.from({ length: 32 * 32 }, (_, i) => (i * 7) % 256).join(',');
    await writeFile(join(folder, 'good.csv'), Array.from({ length: count }, (_, i) => `${i % 2},${cells}\n`).join(''));
    const outcomes = await readAll([
      idx('good-images', 'good-labels'),
      idx('good-images.gz', 'good-labels'),
      csv('good.csv', [32, 32, 1]),
    ]);
    expect(outcomes.map(({ said }) => said)).toEqual(['read', 'read', 'read']);
    // The largest is the CSV: 4 bytes for each of a quarter of the pixels, and room to grow.
    const megabytes = (count * 64 * 64) / 2 ** 20;
    expect(outcomes.reduce((total, { grown }) => total + grown, 0)).toBeLessThan(4 * megabytes + 250);
  });

  it('takes memory for large images one after the other', async () => {
    const side = size(2500, 13_000);
    const picture = await sharp({ create: { width: side, height: side, channels: 3, background: '#123' } })
      .png({ progressive: true, compressionLevel: 1 })
      .toBuffer();
    for (const name of ['a', 'b']) {
      await writeClass('large', name, picture);
      for (const i of [2, 3, 4])
        await cp(join(folder, 'large', name, '1.png'), join(folder, 'large', name, `${i}.png`));
    }
    const [outcome] = await readAll([images('large')]);
    expect(outcome!.said).toBe('read');
    // All eight together would take 143 MB decoded, and 3.9 GB at the full size.
    expect(outcome!.grown).toBeLessThan(1500);
  });
});

describe('damaged files', () => {
  it('are refused or read, each of them', async () => {
    const base = join(folder, 'whole');
    const damaged = await writeWhole(base);
    const child = await startChild(
      new URL('read-damaged.ts', import.meta.url),
      [base, JSON.stringify(damaged), String(size(150, 3700))],
      LITTLE,
    );
    child.go();
    const { refused, read, bugs, grown } = (await child.result()) as DamageReport;
    expect(bugs).toEqual([]);
    expect(refused + read).toBe(size(150, 3700));
    // Both happen: a suite in which nothing is refused damages nothing.
    expect(Math.min(refused, read)).toBeGreaterThan(size(150, 3700) / 20);
    expect(grown).toBeLessThan(400);
  });
});

/** Writes a sound file of each format. @returns the files to damage, with the settings that read them */
async function writeWhole(base: string): Promise<DamageCase[]> {
  await mkdir(join(base, 'set', 'a'), { recursive: true });
  await mkdir(join(base, 'set', 'b'), { recursive: true });
  const write = (name: string, bytes: Uint8Array | string) => writeFile(join(base, name), bytes);
  const pixels = idxBytes(
    [20, 8, 8],
    new Uint8Array(1280).map((_, i) => (i * 37) % 256),
  );
  const floats = idxBytes([4, 2, 2], new Uint8Array(64), 0x0d);
  await write('images', pixels);
  await write('images.gz', gzipSync(pixels));
  await write('floats', floats);
  await write(
    'labels',
    idxBytes(
      [20],
      new Uint8Array(20).map((_, i) => i % 3),
    ),
  );
  await write('four-labels', idxBytes([4], [1, 2, 1, 2]));
  await write(
    'labels.gz',
    gzipSync(
      idxBytes(
        [20],
        new Uint8Array(20).map((_, i) => i % 3),
      ),
    ),
  );
  await write('data.csv', Array.from({ length: 30 }, (_, i) => `"Bär ${i % 3}",${i},2.5,1e-3,${i * i}\r\n`).join(''));
  await write('wide.csv', Buffer.from(`\uFEFF${'x,1,2,3,4\ny,5,6,7,8\n'.repeat(9)}`, 'utf16le'));
  const parts = [...CIFAR10_FILES.trainFiles, ...CIFAR10_FILES.testFiles];
  for (const name of parts) await write(name, cifarRecords(10, 1, 10));
  await mkdir(join(base, 'tar'));
  const entries = parts.map((path) => ({ path, bytes: cifarRecords(10, 1, 10) }));
  await write('tar/cifar-10-binary.tar.gz', tarGz(entries));
  const noise = { create: { width: 24, height: 18, channels: 3 as const, background: '#147' } };
  const formats = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;
  for (const name of ['a', 'b'])
    for (const format of formats)
      await sharp(noise)
        .toFormat(format)
        .toFile(join(base, 'set', name, `1.${format}`));
  const cifar = { name: 'cifar10' as const, folder: '.', records: 10 };
  return [
    ['images', idx('images', 'labels')],
    ['images.gz', idx('images.gz', 'labels')],
    ['labels', idx('images', 'labels')],
    ['labels.gz', idx('images', 'labels.gz')],
    ['floats', idx('floats', 'four-labels')],
    ['data.csv', csv('data.csv', [2, 2, 1])],
    ['wide.csv', csv('wide.csv', [2, 2, 1])],
    ['data_batch_2.bin', cifar],
    ['tar/cifar-10-binary.tar.gz', { ...cifar, folder: 'tar' }],
    ...formats.map((format): [string, ReadCase['settings']] => [`set/a/1.${format}`, images('set')]),
  ].map(([file, settings]) => ({ file, settings }) as DamageCase);
}
