import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

const folder = new URL('../../sweeps/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'sweep.schema.json');

const planOf = (name: string) => {
  const definition = readDefinition(readFileSync(new URL(name, folder), 'utf8'), name);
  return {
    definition,
    plan: planSweep(definition, {
      batchesPerEpoch: () => {
        throw new Error('shipped sweeps count in batches');
      },
    }),
  };
};

it('are those that the documentation names', () => {
  expect(names.sort()).toEqual([
    'center-update.json',
    'cifar10.json',
    'demo.json',
    'epsilon.json',
    'fashion-mnist.json',
    'learning-rate.json',
    'mnist-small.json',
    'random-search.json',
    'switch-batch.json',
  ]);
});

describe.each(names)('%s', (name) => {
  const { definition, plan } = planOf(name);

  it('is named like its file, says its question and names the schema', () => {
    expect(`${definition.name}.json`).toBe(name);
    expect(definition.description).toMatch(/\?/);
    expect(JSON.parse(readFileSync(new URL(name, folder), 'utf8')).$schema).toBe('./sweep.schema.json');
  });

  it('is a study that can be trusted', () => {
    const active = plan.arms.filter(({ control }) => !control);
    expect(active.every(({ controlIndex }) => controlIndex !== null)).toBe(true);
    expect(active.every(({ alpha, beta }) => beta >= 0.4 * alpha - 1e-12)).toBe(true);
    expect(active.some(({ N }) => N === 0)).toBe(true);
    expect(plan.arms.some(({ ablation }) => ablation === 'crossEntropyOnly')).toBe(true);
    expect(plan.arms.every(({ training }) => ownTraining(training).dataset.splitSeed === 'seed')).toBe(true);
    expect(plan.smallestP.maxT).toBeLessThanOrEqual(0.05);
    if (name !== 'demo.json') expect(plan.seeds).toHaveLength(12);
  });

  it('sweeps the learning rate where it compares different alphas', () => {
    const points = plan.arms.filter(({ ablation }) => ablation === null);
    const distinct = (values: number[]) => new Set(values).size;
    if (distinct(points.map(({ alpha }) => alpha)) > 1)
      expect(distinct(points.map(({ training }) => ownTraining(training).optimizer.learningRate))).toBeGreaterThan(1);
  });
});

it('the demo fits three minutes on two cores without native TensorFlow', () => {
  // 0.06 s a batch of 64 with the wasm engine; evaluation costs a quarter of that for as many images
  const { plan } = planOf('demo.json');
  const { batches, evalEvery, batchSize, dataset } = ownTraining(plan.arms[0]!.training);
  expect(dataset).toMatchObject({ name: 'glyphs', train: 2000, validation: 0.5 });
  const evaluations = (Math.ceil(batches / evalEvery) + 1) * (1000 / batchSize) + 1000 / batchSize;
  expect((plan.runs.length * (batches * 0.06 + evaluations * 0.015)) / 2).toBeLessThan(150);
});
