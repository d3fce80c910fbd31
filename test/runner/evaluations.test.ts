import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfused, readConfusion, readProjection } from '../../server/http/answers/evaluation.ts';
import { readRunDetail } from '../../server/http/answers/run-detail.ts';
import { openStorage, type Storage } from '../../server/store/database/storage.ts';
import { readRun } from '../../server/store/reading/read-run.ts';
import { loadDataset } from '../../server/training/datasets/load.ts';
import type { RunSettings } from '../../server/training/network.ts';
import { cosweep } from '../helpers/cosweep.ts';
import { definition, temporaryFolder } from './study.ts';

/** 13 evaluations, at a learning rate at which some images are taken for others. */
function study(): object {
  const base = definition({ seeds: 1, N: [60], learningRate: [0.005] }) as { training: object };
  return { ...base, training: { ...base.training, evalEvery: 10 } };
}

test('a trained run keeps eight projections, and of both parts the images that it confused, as they are in the data', async () => {
  const folder = temporaryFolder();
  const db = join(folder, 'study.db');
  const file = join(folder, 'study.json');
  writeFileSync(file, JSON.stringify(study()));
  expect((await cosweep(['run', file, '--engine', 'wasm', '--workers', '1'], { db })).code).toBe(0);
  const storage = await openStorage({ file: db, create: false });
  try {
    const { evaluations } = (await readRunDetail(storage, 1))!;
    expect(evaluations.filter(({ confusion }) => confusion)).toHaveLength(13);
    const projected = evaluations.filter(({ projection }) => projection).map(({ batch }) => batch);
    expect(projected).toEqual([0, 20, 30, 50, 70, 90, 100, 120]);
    expect(evaluations.filter(({ testConfusion }) => testConfusion).map(({ batch }) => batch)).toEqual([120]);
    expect(readProjection(storage, 1)!.x.every((value) => Number.isFinite(value))).toBe(true);
    for (const part of ['val', 'test'] as const) await expectImages(storage, part);
  } finally {
    await storage.close();
  }
});

async function expectImages(storage: Storage, part: 'val' | 'test'): Promise<void> {
  const run = (await readRun(storage, 1))!;
  const dataset = await loadDataset((run.configuration as RunSettings).training.dataset, {
    baseFolder: '/',
    seed: run.seed,
  });
  const { pixels, labels } = part === 'val' ? dataset.validation : dataset.test!;
  const { counts } = readConfusion(storage, 1, { part })!;
  const { shape, pairs } = readConfused(storage, 1, { part })!;
  expect(shape).toEqual([28, 28, 1]);
  expect(pairs.length).toBeGreaterThan(2);
  for (const { actual, predicted, count, images } of pairs) {
    expect(count).toBe(counts[actual]![predicted]);
    expect(images).toHaveLength(Math.min(6, count));
    for (const image of images) {
      expect(labels[image.index]).toBe(actual);
      expect(Buffer.from(image.pixels, 'base64')).toEqual(
        Buffer.from(pixels.subarray(784 * image.index, 784 * (image.index + 1))),
      );
    }
  }
}
