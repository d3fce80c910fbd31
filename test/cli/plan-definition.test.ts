import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planDefinition } from '../../server/cli/plan-definition.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';
import { temporaryFolder } from '../store/support.ts';

function planWith(change: { parameters?: object; training?: object }, folder = ''): Promise<Plan> {
  const definition = {
    name: 'test',
    method: 'grid',
    parameters: {
      alpha: { value: 0.5 },
      beta: { value: 0.2 },
      epsilon: { value: 0 },
      N: { value: 0 },
      ...change.parameters,
    },
    training: {
      dataset: { name: 'glyphs', train: 100, validation: 30 },
      model: { name: 'mlp' },
      batches: 12,
      ...change.training,
    },
  };
  return planDefinition(readDefinition(JSON.stringify(definition), 'of the test'), folder);
}

describe('epochs are passes over the images that are left to train on', () => {
  test.each([
    [{ epochs: 10, batchSize: 64 }, 11],
    [{ epochs: 1, batchSize: 64 }, 1],
    [{ epochs: 1, batchSize: 200 }, 1],
    [{ epochs: 2.5, batchSize: 10 }, 18],
  ])('%j of 70 images are %i batches', async (length, batches) => {
    const { arms } = await planWith({ training: { batches: undefined, ...length } });
    expect(arms[0]!.training).toMatchObject({ batches, evalEvery: Math.max(1, Math.round(70 / length.batchSize)) });
  });

  test('N, the length and the evaluations with a limit', async () => {
    const dataset = { name: 'glyphs', train: 400, validation: 30, limit: 200 };
    const { arms } = await planWith({
      parameters: { N: { values: [1, 2], unit: 'epoch' } },
      training: { dataset, batchSize: 32, batches: undefined, epochs: 3 },
    });
    expect(arms.map(({ N, training }) => [N, training.batches, training.evalEvery])).toEqual([
      [6, 19, 6],
      [13, 19, 6],
      [19, 19, 6],
    ]);
  });
});

describe('a plan refuses what run would refuse at once', () => {
  const glyphs = { name: 'glyphs', train: 100 };
  test.each([
    ['a limit below the classes', { ...glyphs, limit: 9 }, 'Cannot train on 9 images: there are 10 classes'],
    ['a validation part that takes all', { ...glyphs, validation: 100 }, 'Cannot split off 100 validation images'],
    ['a missing folder', { name: 'images', folder: 'nowhere' }, 'Cannot read the folder'],
    ['a missing folder of a named data set', { name: 'mnist', folder: 'nowhere' }, 'Cannot find mnist'],
    ['another one', { name: 'cifar10', folder: 'nowhere' }, 'Cannot find cifar10'],
    ['a missing file', { name: 'csv', file: 'nowhere.csv', label: 0, shape: [1, 2, 1] }, 'nowhere.csv'],
    ['a missing IDX file', { name: 'idx', images: 'a.idx', labels: 'b.idx' }, 'there is no such file'],
  ])('%s', async (_, dataset, message) => {
    await expect(planWith({ training: { dataset } }, temporaryFolder())).rejects.toThrow(message);
  });

  test('a network that does not fit the images of one of its data sets, with the layer', async () => {
    const layers = [{ conv: 4, size: 29, padding: 'valid' }, 'flatten'];
    const sizes = { 'training.dataset.size': { values: [32, 16] } };
    const folder = temporaryFolder();
    for (const name of ['a', 'b']) {
      mkdirSync(join(folder, name));
      for (const i of [1, 2, 3]) writeFileSync(join(folder, name, `${i}.png`), 'no image');
    }
    const training = { dataset: { name: 'images', folder: '.', validation: 2 }, model: { layers } };
    await expect(planWith({ parameters: sizes, training }, folder)).rejects.toThrow(
      'Cannot plan sweep "test": training.model.layers[0]: ' +
        'found a window of 29 × 29 on a picture of 16 × 16, wanted one that fits',
    );
    const { arms } = await planWith({ training }, folder);
    expect(arms[0]!.training).toMatchObject({
      model: { layers: [{ conv: 4, size: 29, stride: 1, padding: 'valid', bias: true }, 'flatten'], embedding: 64 },
    });
  });

  test('in any of the arms', async () => {
    const limits = { 'training.dataset.limit': { values: [50, 9] } };
    await expect(planWith({ parameters: limits })).rejects.toThrow('Cannot train on 9 images');
  });

  test('an N that no arm comes to', async () => {
    await expect(planWith({ parameters: { N: { values: [12, 20] } } })).rejects.toThrow(
      'parameters.N: found 12 with runs of 12 batches, and no arm that comes to its N',
    );
    await expect(planWith({ parameters: { N: { values: [11, 20] } } })).resolves.toMatchObject({ folded: 1 });
    // β = 0 asks for no phase.
    await expect(planWith({ parameters: { beta: { value: 0 }, N: { value: 20 } } })).resolves.toBeTruthy();
  });

  test('but reads no images', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'b']) {
      mkdirSync(join(folder, name));
      for (const i of [1, 2, 3]) writeFileSync(join(folder, name, `${i}.png`), 'no image');
    }
    const dataset = { name: 'images', folder: '.', validation: 2 };
    await expect(planWith({ training: { dataset } }, folder)).resolves.toMatchObject({ folded: 0 });
  });
});
