import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseDefinition,
  parseDefinitionValue,
  readDefinition,
} from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import { ownTraining } from '../../server/sweep/settings.ts';

const example = JSON.parse(readFileSync(new URL('../fixtures/definitions/good/example.json', import.meta.url), 'utf8'));
const noEpochs = {
  batchesPerEpoch: () => {
    throw new Error('nothing counts in epochs here');
  },
};

/** The plan of the example with other keys. */
function planOf(changes: object) {
  const parsed = parseDefinitionValue({ ...example, ...changes });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return planSweep(parsed.definition, noEpochs);
}

describe('settings', () => {
  it('have the defaults of the definition', () => {
    const plan = planOf({
      loss: undefined,
      training: { dataset: { name: 'glyphs' }, model: { name: 'cnn' }, batches: 10, evalEvery: 5 },
    });
    expect(plan.arms[0]!.loss).toEqual({
      s: 30,
      m: 0.35,
      truncation: 'batch',
      distance: 'cosine',
      centerUpdate: 'cumulative',
      centerRate: 0.1,
      centerSpace: 'unit',
      centerOrder: 'updateThenLoss',
      crossEntropyHead: 'linear',
    });
    expect(plan.arms[0]!.training).toMatchObject({
      dataset: {
        name: 'glyphs',
        validation: 0.1,
        splitSeed: 0,
        limit: null,
        augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
      },
      model: { name: 'cnn', embedding: 64, dropout: 0 },
      optimizer: {
        name: 'momentum',
        learningRate: 0.01,
        momentum: 0.9,
        nesterov: false,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        schedule: 'cosine',
        warmup: 20,
        steps: [],
        decay: 0.1,
        clipNorm: null,
      },
      batchSize: 64,
      batches: 10,
      evalEvery: 5,
    });
  });

  it('give adam the learning rate that trains', () => {
    expect(
      ownTraining(planOf({ training: { ...example.training, optimizer: { name: 'adamw' } } }).arms[0]!.training)
        .optimizer.learningRate,
    ).toBe(0.001);
  });

  it('are one object for arms that share them', () => {
    const { arms } = planOf({
      parameters: { ...example.parameters, 'training.optimizer.learningRate': { values: [0.01, 0.02] } },
    });
    expect(arms[0]!.training.dataset).toBe(arms[1]!.training.dataset);
    expect(arms[0]!.training).not.toBe(arms[1]!.training);
    expect(arms[0]!.training).toBe(arms[2]!.training);
  });

  it('count in epochs of the data', () => {
    const asked: unknown[] = [];
    const { definition } = parseDefinitionValue({
      ...example,
      training: { ...example.training, batches: undefined, evalEvery: undefined, epochs: 2.5 },
    });
    const plan = planSweep(definition!, {
      batchesPerEpoch: (training) => {
        asked.push(training);
        return 14.06;
      },
    });
    expect(plan.arms[0]!.training).toMatchObject({ batches: 35, evalEvery: 14 });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ dataset: { name: 'glyphs', train: 4000 }, batchSize: 64 });
  });
});

describe('metric', () => {
  it('is val/accuracy where none is named', () =>
    expect(planOf({ metric: undefined }).metric).toEqual({ name: 'val/accuracy', goal: 'maximize' }));
  it('knows which direction is better', () =>
    expect(planOf({ metric: { name: 'val/nc1' } }).metric).toEqual({ name: 'val/nc1', goal: 'minimize' }));
});

describe('planHash', () => {
  it('is the same for the same definition in another order of keys', () => {
    const turned = Object.fromEntries(Object.entries(example.training).reverse());
    expect(planOf({ training: turned }).planHash).toBe(planOf({}).planHash);
  });
  it.each([
    ['seeds', { seeds: 5 }],
    ['an arm', { ablations: ['noIntra'] }],
    ['a setting', { loss: { m: 0.3 } }],
    ['the metric', { metric: { name: 'val/macroF1' } }],
  ])('is another with other %s', (_, changes) => expect(planOf(changes).planHash).not.toBe(planOf({}).planHash));
  it('says nothing about the description', () =>
    expect(planOf({ description: 'other' }).planHash).toBe(planOf({}).planHash));
});

it('runs go by seed first', () => {
  const { runs, arms } = planOf({ seeds: [4, 2] });
  expect(runs.slice(0, 2)).toEqual([
    { arm: 0, seed: 4 },
    { arm: 1, seed: 4 },
  ]);
  expect(runs[arms.length]).toEqual({ arm: 0, seed: 2 });
});

it('readDefinition throws one message with every mistake', () => {
  const text = JSON.stringify({
    name: 'x',
    method: 'grid',
    seeds: 0,
    parameters: { alpha: { value: 0.5 }, beta: { value: 0.1 }, epsilon: { value: 0 }, N: { value: 5 } },
    training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batches: 0 },
  });
  expect(() => readDefinition(text, 'x.json')).toThrow(UserError);
  expect(() => readDefinition(text, 'x.json')).toThrow(
    'Cannot read the sweep definition x.json: 2 problems\n' +
      '  seeds: found 0, wanted a count ≥ 1, or a list of whole numbers ≥ 0 without repeats\n' +
      '  training.batches: found 0, wanted a whole number ≥ 1',
  );
  expect(() => readDefinition('{', 'x.json')).toThrow(
    'Cannot read the sweep definition x.json: line 1, column 2: ' +
      'found the end of the file, wanted a key in double quotes',
  );
});

it('a problem of planning names the sweep', () => {
  const { definition } = parseDefinition(
    JSON.stringify({ ...example, parameters: { ...example.parameters, gamma: { value: 0.2 } } }),
  );
  expect(() => planSweep(definition!, noEpochs)).toThrow(
    'Cannot plan sweep "switch-batch": constraints: found a grid of 24 points of which nothing is left, ' +
      'wanted at least one arm: gamma > alpha > beta drops 24 (one had gamma = 0.2, alpha = 0.5, beta = 0.2)',
  );
});
