import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, expect } from 'vitest';
import type { DatasetSettings } from '../../server/sweep/settings.ts';
import type { Dataset } from '../../server/training/dataset.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import { fault } from '../helpers/fault.ts';
import { inProcess } from '../helpers/in-process.ts';
import { common, idxBytes, interlacedHeader, toldOf, writeFloatTiff } from '../training/datasets/files.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'cosweep-faults-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const none = { validationImages: null, validationLabels: null, testImages: null, testLabels: null };
const csv = { ...common, name: 'csv' as const, file: 'data.csv', label: 'label', shape: [1, 1, 1], scale: 1 };
const images = { ...common, name: 'images' as const, folder: 'set', size: 16, channels: 3 };

/** Loads a data set, and notes what the program says meanwhile. */
async function load(settings: object): Promise<{ data: Dataset; logged: string[] }> {
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message.replaceAll(folder, '.'));
  return { data: await loadDataset(settings as DatasetSettings, { baseFolder: folder, seed: 0, log }), logged };
}

/** What `cosweep plan` says of a definition that counts in epochs, and so has to look at its data. */
async function plan(dataset: object): Promise<{ code: number | null; stderr: string }> {
  const parameters = { gamma: 1, alpha: 0.5, beta: 0.2, epsilon: 0.1, N: 0 };
  const definition = {
    name: 'data',
    method: 'grid',
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
    seeds: 1,
    training: { model: { name: 'mlp' }, batchSize: 2, epochs: 1, dataset },
  };
  await writeFile(join(folder, 'sweep.json'), JSON.stringify(definition));
  const { code, stderr } = await inProcess(['plan', 'sweep.json'], folder);
  return { code, stderr: stderr.replaceAll(folder, '.') };
}

const lines = (labels: string[]) => `label,p\n${labels.map((label, i) => `${label},${i}\n`).join('')}`;

async function picture(path: string, colour = '#888'): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  const made = sharp({ create: { width: 8, height: 8, channels: 3, background: colour } });
  await writeFile(join(folder, path), await (path.endsWith('.png') ? made.png() : made.jpeg()).toBuffer());
}

fault('C', 'a CSV in cp1252, with the classes Bär and Bör', async ({ say }) => {
  const text = lines(['Bär', 'Bör', 'Bär', 'Bör']);
  await writeFile(join(folder, 'data.csv'), Buffer.from(text, 'latin1'));
  const { code, stderr } = await plan(csv);
  expect(code).toBe(2);
  expect(stderr).toMatch(/data\.csv, line 2: found a byte that is not UTF-8/);
  say(stderr);
  await writeFile(join(folder, 'data.csv'), Buffer.from(`\uFEFF${text}`, 'utf16le'));
  expect((await load(csv)).data.classes).toEqual(['Bär', 'Bör']);
  say('in UTF-16 with a byte order mark: the classes Bär, Bör');
});

fault('C', 'one class name in two spellings of Unicode, in train and val', async ({ say }) => {
  for (const path of ['train/Ba\u0308r', 'train/cat', 'val/B\u00e4r', 'val/cat']) await picture(`set/${path}/1.png`);
  const { data } = await load(images);
  expect([data.classes, [...data.validation.labels]]).toEqual([
    ['B\u00e4r', 'cat'],
    [0, 1],
  ]);
  say(`classes ${data.classes.join(', ')}`);
});

fault('C', 'two folders whose names are no UTF-8', async ({ say }) => {
  await mkdir(join(folder, 'set'));
  // The bytes of cp1252, which Node itself would write as UTF-8.
  execFileSync('sh', ['-c', `mkdir "$(printf 'B\\344r')" "$(printf 'B\\366r')"`], { cwd: join(folder, 'set') });
  const told = (await toldOf(load(images))).replaceAll(folder, '.');
  expect(told).toMatch(/the name "B\uFFFDr" in it is not UTF-8; UTF-8 is wanted/);
  say(told);
});

fault('D', '6 .png, 8 .jfif, 6 .bmp and a sub-folder in a class', async ({ say }) => {
  for (const name of ['a', 'b']) {
    for (let i = 0; i < 6; i++) await picture(`set/${name}/${i}.png`);
    for (let i = 0; i < 8; i++) await picture(`set/${name}/${i}.jfif`);
    for (let i = 0; i < 6; i++) await writeFile(join(folder, 'set', name, `${i}.bmp`), 'BM');
    await picture(`set/${name}/old/1.png`);
  }
  const { data, logged } = await load(images);
  expect(data.train.count + data.validation.count).toBe(28);
  expect(logged.join()).toMatch(/28 images are read; left out: 12 files \.bmp and 2 folders \(a\/old, b\/old\)/);
  say(logged.join());
});

fault('D', 'a class of .bmp alone', async ({ say }) => {
  await picture('set/a/1.png');
  await mkdir(join(folder, 'set', 'b'));
  await writeFile(join(folder, 'set', 'b', '1.bmp'), 'BM');
  const { code, stderr } = await plan(images);
  expect(code).toBe(2);
  expect(stderr).toMatch(/set\/b: found no image, but 1 file \.bmp; files ending in \.png .*\.jfif.* are wanted/);
  say(stderr);
});

fault('K', 'labels 01 and 1; 0 and 4294967296; 3000000000', async ({ say }) => {
  await writeFile(join(folder, 'data.csv'), lines(['0', '1', '01', '0']));
  const { code, stderr } = await plan(csv);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/lines 3 and 4 are two texts of one number/)]);
  say(stderr);
  for (const labels of [
    ['0', '4294967296'],
    ['3000000000', '3000000001'],
  ]) {
    await writeFile(join(folder, 'data.csv'), lines([...labels, ...labels, ...labels]));
    const { data } = await load(csv);
    expect(data.classes).toEqual(labels);
    say(`labels ${labels.join(', ')}: classes ${data.classes.join(', ')}`);
  }
});

fault('V', 'images of 12 bits in files of 16', async ({ say }) => {
  const values = Uint16Array.from({ length: 256 }, (_, i) => Math.floor((i * 4095) / 255));
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, 'set', name), { recursive: true });
    for (const i of [1, 2])
      await sharp(values, { raw: { width: 16, height: 16, channels: 1 } })
        .toColourspace('grey16')
        .toFile(join(folder, 'set', name, `${i}.png`));
  }
  const { data, logged } = await load(images);
  expect(new Set(data.train.pixels).size).toBe(256);
  say(`${logged.join()}; ${new Set(data.train.pixels).size} levels of grey`);
});

fault('V', 'a TIFF of floats', async ({ say }) => {
  await picture('set/a/1.png');
  await mkdir(join(folder, 'set', 'b'));
  await writeFloatTiff(join(folder, 'set', 'b', '1.tif'), 4, 4);
  const told = (await toldOf(load(images))).replaceAll(folder, '.');
  expect(told).toMatch(/1\.tif: its numbers are of the kind float; whole numbers of 8 or 16 bits are wanted/);
  say(told);
});

fault('10', 'a pipe, a device, and small files that are huge', async ({ say }) => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await writeFile(join(folder, 'images'), idxBytes([4, 1, 1], [1, 2, 3, 4]));
  await writeFile(join(folder, 'bomb'), gzipSync(Buffer.concat([idxBytes([1e7], []), Buffer.alloc(1e7)])));
  await writeFile(join(folder, 'data.csv'), lines(['0', '1']));
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, 'set', name), { recursive: true });
    await writeFile(join(folder, 'set', name, '1.png'), interlacedHeader(16_000, 16_000));
  }
  const idx = { ...common, ...none, name: 'idx', images: 'images' };
  for (const [dataset, message] of [
    [{ ...csv, file: 'pipe' }, /pipe: it is a named pipe; a CSV file is wanted/],
    [{ ...csv, file: '/dev/zero' }, /it is a device; a CSV file is wanted/],
    [{ ...idx, labels: 'bomb' }, /found 4 images and 10000000 labels/],
    [{ ...csv, shape: [2000, 2000, 3] }, /have 12000000 numbers a line; at most 1000000 are wanted/],
    [{ ...common, name: 'glyphs', classes: 10, train: 1e12, seed: 0 }, /Cannot draw 1000000000000 glyphs/],
  ] as const) {
    const { code, stderr } = await plan(dataset);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    say(stderr);
  }
  const told = (await toldOf(load(images))).replaceAll(folder, '.');
  expect(told).toMatch(/16000×16000 pixels take 768000000 bytes; at most 536870912 are wanted/);
  say(told);
});

fault('12', 'the first line of a file that is no CSV', async ({ say }) => {
  await writeFile(join(folder, 'data.csv'), 'password=swordfish\n');
  const error = await load(csv).catch((error) => error as Error);
  expect(error).toMatchObject({ message: expect.not.stringContaining('swordfish') });
  const { stderr } = await plan(csv);
  expect(stderr).toMatch(/line 1: found no column "label".*\n {2}The line starts with "password=swordfish"\.\n$/);
  say(
    `over HTTP: ${(error as Error).message.replaceAll(folder, '.')}\nat the terminal, a line more: ${stderr.split('\n')[1]}`,
  );
});

fault('16', 'an SVG named .png', async ({ say }) => {
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, 'set', name), { recursive: true });
    await writeFile(
      join(folder, 'set', name, '1.png'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    );
  }
  const told = (await toldOf(load(images))).replaceAll(folder, '.');
  expect(told).toMatch(/1\.png: its content cannot be decoded; an image .* in one of the formats png jpeg/);
  say(told);
});

fault(
  'Small',
  "Excel's tail of empty cells, and a heading that ends in CRLF above lines that end in LF",
  async ({ say }) => {
    await writeFile(join(folder, 'data.csv'), 'label,p,,\r\n0,1,,\n1,2,,\n0,3,,\n1,4,,\n,,,\n,,,\n');
    const { data } = await load(csv);
    expect([data.train.count + data.validation.count, data.classes]).toEqual([4, ['0', '1']]);
    await writeFile(join(folder, 'data.csv'), 'label,p\r\n0,1\n1,2\n0,3,9\n');
    const { stderr } = await plan(csv);
    expect(stderr).toMatch(/line 4: found 3 values; 2 .* are wanted/);
    say(`4 images of 2 classes; with a value too many in a line: ${stderr}`);
  },
);
