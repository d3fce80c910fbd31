import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DatasetSettings } from '../../server/sweep/settings.ts';
import { describeDataset, loadDataset } from '../../server/training/datasets/load.ts';
import { checkPartSize } from '../../server/training/datasets/sizes.ts';
import { readTarGz } from '../../server/training/datasets/tar.ts';
import { common, idxBytes, interlacedHeader, tarGz } from '../training/datasets/files.ts';
import type { LimitCase } from './limit-case.ts';

const none = { validationImages: null, validationLabels: null, testImages: null, testLabels: null };
const idx: DatasetSettings = { ...common, ...none, name: 'idx', images: 'images', labels: 'labels' };
const csv: DatasetSettings = { ...common, name: 'csv', file: 'data.csv', label: 0, shape: [1, 1, 1], scale: 1 };

export const dataLimits: LimitCase[] = [
  { what: 'data: images of a part', error: () => messageOf(() => checkPartSize('images', 10_000_001, [1, 1, 1], 1)) },
  {
    what: 'data: numbers of an image (height × width × channels)',
    error: () =>
      inFolder(async (folder) => {
        await sparse(join(folder, 'images'), idxBytes([1, 4096, 4097], []), 16 + 4096 * 4097);
        await describeDataset(idx, { baseFolder: folder });
      }),
  },
  {
    what: 'data: memory of the images of a part',
    error: () =>
      inFolder(async (folder) => {
        await sparse(join(folder, 'images'), idxBytes([2049, 1024, 1024], []), 16 + 2049 * 2 ** 20);
        await describeDataset(idx, { baseFolder: folder });
      }),
  },
  {
    what: 'data: classes',
    error: () =>
      inFolder(async (folder) => {
        await writeFile(join(folder, 'data.csv'), Array.from({ length: 32_769 }, (_, i) => `${i},0\n`).join(''));
        await describeDataset(csv, { baseFolder: folder });
      }),
  },
  {
    what: 'data: `train` of glyphs',
    error: () =>
      inFolder((folder) =>
        loadDataset(
          { ...common, name: 'glyphs', classes: 10, train: 500_001, seed: 0 },
          { baseFolder: folder, seed: 0 },
        ),
      ),
  },
  {
    what: 'data: bytes of a CSV file',
    error: () =>
      inFolder(async (folder) => {
        await sparse(join(folder, 'data.csv'), '', 2 ** 34 + 1);
        await describeDataset(csv, { baseFolder: folder });
      }),
  },
  {
    what: 'data: pixels of a line of CSV',
    error: () => inFolder((folder) => describeDataset({ ...csv, shape: [1, 1, 1_000_001] }, { baseFolder: folder })),
  },
  {
    what: 'data: characters of a line of CSV',
    error: () =>
      inFolder(async (folder) => {
        await writeFile(join(folder, 'data.csv'), `a,${'1'.repeat(65_663)}\n`);
        await describeDataset(csv, { baseFolder: folder });
      }),
  },
  {
    what: 'data: growth of a gzip file over 64 MiB',
    error: () =>
      inFolder(async (folder) => {
        const black = Buffer.concat([idxBytes([65, 1024, 1024], []), Buffer.alloc(65 * 2 ** 20)]);
        await writeFile(join(folder, 'images'), gzipSync(black));
        await describeDataset(idx, { baseFolder: folder });
      }),
  },
  {
    what: 'data: bytes of an image file, decoded',
    error: () =>
      inFolder(async (folder) => {
        for (const name of ['a', 'b']) {
          await mkdir(join(folder, name));
          await writeFile(join(folder, name, '1.png'), interlacedHeader(13_500, 13_500));
        }
        await loadDataset(
          { ...common, name: 'images', folder: '.', size: 8, channels: 3 },
          { baseFolder: folder, seed: 0 },
        );
      }),
  },
  {
    what: 'data: what an archive holds besides the wanted files',
    error: () =>
      inFolder(async (folder) => {
        const other = { path: 'other', bytes: Buffer.alloc(2 ** 26) };
        await writeFile(join(folder, 'a.tar.gz'), tarGz([other]));
        await readTarGz(join(folder, 'a.tar.gz'), []);
      }),
  },
];

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

async function inFolder(body: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cosweep-limits-'));
  try {
    await body(folder);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sparse(path: string, start: Uint8Array | string, length: number): Promise<void> {
  await writeFile(path, start);
  await truncate(path, length);
}
