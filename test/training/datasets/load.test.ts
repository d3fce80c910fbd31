import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetSettings } from '../../../server/sweep/settings.ts';
import { describeDataset, loadDataset } from '../../../server/training/datasets/load.ts';
import { sources } from '../../../server/training/datasets/sources.ts';
import { DATASET_NAMES } from '../../../server/sweep/schema/dataset-schema.ts';
import { common, fixtures, temporaryFolder } from './files.ts';

const mnist: DatasetSettings = {
  ...common,
  name: 'idx',
  images: 'mnist-cut/images-idx3-ubyte.gz',
  labels: 'mnist-cut/labels-idx1-ubyte.gz',
  validationImages: null,
  validationLabels: null,
  testImages: null,
  testLabels: null,
};
const options = { baseFolder: fixtures, seed: 4 };

describe('loading', () => {
  it('refuses a split that leaves nothing of a class to train on', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'few.csv'), 'label,p\na,1\nb,2\nb,3\n');
    const settings: DatasetSettings = {
      ...common,
      name: 'csv',
      file: 'few.csv',
      label: 'label',
      shape: [1, 1, 1],
      scale: 1,
      validation: 2,
    };
    await expect(loadDataset(settings, { baseFolder: folder, seed: 0 })).rejects.toThrow(
      'Cannot train on the 1 images left after the split: none is of class "a"; at least one of each class is wanted',
    );
  });

  it('splits, limits and measures the training part only', async () => {
    const data = await loadDataset({ ...mnist, validation: 0.25, limit: 120 }, options);
    expect([data.train.count, data.validation.count, data.test]).toEqual([120, 100, null]);
    expect([data.name, data.shape, data.classes.length]).toEqual(['idx', [28, 28, 1], 10]);
    const values = [...data.train.pixels];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(data.mean[0]).toBeCloseTo(mean, 4);
    expect(data.std[0]).toBeCloseTo(deviation, 4);
  });

  it('has one fingerprint for all splits and limits', async () => {
    const prints = await Promise.all(
      [mnist, { ...mnist, limit: 50 }, { ...mnist, validation: 100 }, { ...mnist, splitSeed: 9 }].map(
        async (settings) => (await loadDataset(settings, options)).fingerprint,
      ),
    );
    expect(new Set(prints).size).toBe(1);
    expect(prints[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('splits by splitSeed, or by the run\'s seed where that is "seed"', async () => {
    const labels = async (splitSeed: number | 'seed', seed: number) =>
      (await loadDataset({ ...mnist, splitSeed }, { ...options, seed })).validation.pixels;
    expect(await labels(0, 1)).toEqual(await labels(0, 2));
    expect(await labels('seed', 1)).not.toEqual(await labels('seed', 2));
    expect(await labels('seed', 7)).toEqual(await labels(7, 3));
  });

  it('takes a validation part of the source whole', async () => {
    const settings: DatasetSettings = {
      ...mnist,
      validationImages: mnist.images,
      validationLabels: mnist.labels,
      validation: 0.5,
    };
    const data = await loadDataset(settings, options);
    expect([data.train.count, data.validation.count]).toEqual([400, 400]);
    expect((await describeDataset(settings, options)).trainCount).toBe(400);
  });
});

describe('describing', () => {
  it.each<[string, DatasetSettings]>([
    ['a share', { ...mnist, validation: 0.13 }],
    ['a count', { ...mnist, validation: 33 }],
    ['a limit', { ...mnist, validation: 0.5, limit: 77 }],
    ['a limit that is no limit', { ...mnist, validation: 0.5, limit: 7700 }],
    ['glyphs', { ...common, name: 'glyphs', classes: 11, train: 57, seed: 0 }],
  ])('gives the same count, shape and classes as loading: %s', async (_, settings) => {
    const data = await loadDataset(settings, options);
    expect(await describeDataset(settings, options)).toEqual({
      trainCount: data.train.count,
      shape: data.shape,
      classes: data.classes.length,
    });
  });

  it('knows published data sets without their files', async () => {
    const named = (name: 'mnist' | 'cifar100', folder: string | null = null): DatasetSettings => ({
      ...common,
      name,
      folder,
    });
    expect(await describeDataset(named('mnist'), options)).toEqual({
      trainCount: 54000,
      shape: [28, 28, 1],
      classes: 10,
    });
    expect(await describeDataset({ ...named('cifar100'), validation: 5000 }, options)).toEqual({
      trainCount: 45000,
      shape: [32, 32, 3],
      classes: 100,
    });
    for (const name of ['mnist', 'cifar100'] as const)
      await expect(describeDataset(named(name, '/nowhere'), options)).rejects.toThrow(
        `Cannot find ${name}: its files are not in /nowhere`,
      );
  });

  it('refuses what loading would refuse', async () => {
    await expect(describeDataset({ ...mnist, validation: 400 }, options)).rejects.toThrow(
      'Cannot split off 400 validation images',
    );
    await expect(describeDataset({ ...mnist, limit: 9 }, options)).rejects.toThrow(
      'Cannot train on 9 images: there are 10 classes',
    );
    await expect(describeDataset({ ...mnist, labels: 'none' }, options)).rejects.toThrow('there is no such file');
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'short'), '');
    await expect(describeDataset({ ...mnist, images: join(folder, 'short') }, options)).rejects.toThrow('an IDX file');
  });
});

it('every name that a definition may use has a source', () => {
  expect(Object.keys(sources).sort()).toEqual([...DATASET_NAMES].sort());
});
