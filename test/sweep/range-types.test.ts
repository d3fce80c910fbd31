import { describe, expect, it, test } from 'vitest';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Definition } from '../../server/sweep/space/definition.ts';

type Choice = Record<string, unknown>;

function definitionWith(parameters: Choice, change: Choice = {}): Definition {
  const parsed = parseDefinitionValue({
    name: 'ranges',
    method: 'random',
    runCap: 20,
    ablations: [],
    parameters: {
      alpha: { value: 0.5 },
      beta: { value: 0.2 },
      epsilon: { value: 0.1 },
      N: { value: 1 },
      ...parameters,
    },
    training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 1000, evalEvery: 100 },
    ...change,
  });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

const plan = (definition: Definition) => planSweep(definition, { batchesPerEpoch: () => 6.25 });
const distribution = (name: string, range: Choice): string =>
  definitionWith({ [name]: range }).parameters.find((parameter) => parameter.name === name)!.space.distribution;

describe('a range without a distribution is of the kind that its parameter is', () => {
  test.each([
    ['gamma', 1, 3],
    ['loss.s', 1, 30],
    ['loss.m', 0, 1],
    ['training.optimizer.learningRate', 1, 2],
    ['training.optimizer.weightDecay', 0, 1],
    ['training.optimizer.clipNorm', 1, 5],
    ['training.epochs', 1, 3],
  ])('%s from %d to %d is uniform', (name, min, max) => expect(distribution(name, { min, max })).toBe('uniform'));

  test.each([
    ['N', 0, 10],
    ['training.batchSize', 16, 64],
    ['training.batches', 100, 200],
    ['training.evalEvery', 10, 20],
    ['training.model.embedding', 8, 64],
    ['training.optimizer.warmup', 0, 20],
    ['training.dataset.seed', 0, 9],
    ['training.dataset.splitSeed', 0, 9],
    ['training.dataset.limit', 100, 200],
    ['training.dataset.augment.shift', 0, 3],
  ])('%s from %d to %d is int_uniform', (name, min, max) =>
    expect(distribution(name, { min, max })).toBe('int_uniform'),
  );

  test.each(['fraction', 'epoch'])('N in the unit %s is uniform', (unit) =>
    expect(distribution('N', { min: 0, max: 1, unit })).toBe('uniform'),
  );

  it('the validation part is a count from 1 on and a share below', () => {
    expect(distribution('training.dataset.validation', { min: 100, max: 200 })).toBe('int_uniform');
    expect(distribution('training.dataset.validation', { min: 0.1, max: 0.5 })).toBe('uniform');
  });

  it('a distribution that is named wins', () =>
    expect(distribution('gamma', { distribution: 'int_uniform', min: 1, max: 3 })).toBe('int_uniform'));
});

it('draws of ε between whole bounds are not whole', () => {
  const { arms } = plan(definitionWith({ epsilon: { min: 0, max: 1 } }));
  expect(arms.filter(({ epsilon }) => Number.isInteger(epsilon))).toEqual([]);
  expect(Math.min(...arms.map(({ epsilon }) => epsilon))).toBeGreaterThan(0);
});

it('a grid between whole bounds takes what lies between', () => {
  const grid = { method: 'grid', runCap: undefined };
  const values = (epsilon: Choice) => plan(definitionWith({ epsilon }, grid)).arms.map((arm) => arm.epsilon);
  expect(values({ min: 0, max: 1, count: 5 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(values({ min: 0, max: 1, step: 0.5 })).toEqual([0, 0.5, 1]);
});

describe('epochs are rounded once, half up', () => {
  // 200 images in batches of 32
  test.each([
    [1, 6],
    [2, 13],
    [4, 25],
    [10, 63],
  ])('%d epochs of 6.25 batches are %d batches, as length and as N', (epochs, batches) => {
    const training = { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, evalEvery: 100 };
    const grid = { method: 'grid', runCap: undefined };
    const long = plan(definitionWith({ N: { value: 0 } }, { ...grid, training: { ...training, epochs } }));
    expect(long.arms[0]!.training.batches).toBe(batches);
    const late = plan(
      definitionWith({ N: { value: epochs, unit: 'epoch' } }, { ...grid, training: { ...training, batches: 1000 } }),
    );
    expect(late.arms[0]!.N).toBe(batches);
  });
});
