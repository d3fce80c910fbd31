import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { DefinitionError, type Problem } from '../../server/sweep/problem.ts';
import { lossSchema } from '../../server/sweep/schema/loss-schema.ts';
import { trainingSchema } from '../../server/sweep/schema/training-schema.ts';

/** The dotted names of all settings, of every data set, and of the objects that hold them. */
function namesIn(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, inner]) => [
      `${path}.${key}`,
      ...namesIn(inner as z.ZodType, `${path}.${key}`),
    ]);
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap((option) => namesIn(option, path));
  const { innerType } = schema._zod.def as { innerType?: z.core.$ZodType };
  return innerType === undefined ? [] : namesIn(innerType, path);
}

const NAMES = [...new Set([...namesIn(lossSchema, 'loss'), ...namesIn(trainingSchema, 'training')])];
const ODD_NAMES = [
  'loss.',
  'loss..m',
  'training..x',
  'training.',
  'loss.m.x',
  'training.batchSize.x',
  'loss.__proto__',
];

/** Among them is one that fits each setting, and many that do not. */
const VALUES = [
  ...[
    0,
    1,
    2,
    3,
    0.5,
    -1,
    64,
    1e300,
    true,
    false,
    null,
    '',
    'x',
    'adam',
    'momentum',
    'step',
    'constant',
    'ema',
    'euclidean',
  ],
  ...['raw', 'cosine', 'sample', 'lossThenUpdate', 'mlp', 'cnn', 'glyphs', 'mnist', 'idx', 'csv', 'images', 'seed'],
];

const DATASETS = [
  { name: 'glyphs', train: 300, validation: 100, augment: { shift: 1 } },
  { name: 'mnist', folder: 'digits' },
  { name: 'idx', images: 'a', labels: 'b', validationImages: 'c', validationLabels: 'd' },
  { name: 'csv', file: 'a.csv', label: 'class', shape: [8, 8, 1] },
  { name: 'images', folder: 'a', size: 8 },
];

const base = (dataset: object) => ({
  name: 'every setting',
  method: 'grid',
  parameters: { alpha: { value: 0.5 }, beta: { value: 0.2 }, epsilon: { value: 0.1 }, N: { value: 1 } },
  loss: { distance: 'cosine' },
  training: {
    dataset,
    model: { name: 'mlp' },
    optimizer: { name: 'momentum', nesterov: true },
    batches: 12,
    evalEvery: 4,
  },
});
type Base = ReturnType<typeof base>;

/** Where a setting can be asked for, and where a mistake in it is told. */
const WAYS: Record<string, { ask: (definition: Base, name: string, value: unknown) => object; place: RegExp }> = {
  'the only value': {
    ask: ({ parameters, ...rest }, name, value) => ({ ...rest, parameters: { ...parameters, [name]: { value } } }),
    place: /^(parameters|loss|training)/,
  },
  'one of two values': {
    ask: ({ parameters, ...rest }, name, value) => ({
      ...rest,
      parameters: { ...parameters, [name]: { values: [value, 2] } },
    }),
    place: /^(parameters|loss|training)/,
  },
  'a range': {
    ask: ({ parameters, ...rest }, name, value) => ({
      ...rest,
      parameters: { ...parameters, [name]: { min: value, max: 70, count: 3 } },
    }),
    place: /^(parameters|loss|training)/,
  },
  'set by an ablation': {
    ask: (definition, name, value) => ({ ...definition, ablations: [{ name: 'own', set: { [name]: value } }] }),
    place: /^ablations\[0\]/,
  },
  included: {
    ask: ({ parameters, ...rest }, name, value) => ({
      ...rest,
      parameters: { ...parameters, [name]: { value: 1 } },
      include: [{ [name]: value }],
    }),
    place: /^(parameters|include\[0\]|loss|training)/,
  },
};

/** @returns the problems, or none where there is a plan; anything else is thrown */
function problemsOf(definition: object): readonly Problem[] {
  const parsed = parseDefinitionValue(definition);
  if (parsed.problems) return parsed.problems;
  try {
    expect(planSweep(parsed.definition, { batchesPerEpoch: () => 5 }).arms.length).toBeGreaterThan(0);
    return [];
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
}

describe.each(Object.entries(WAYS))(
  'every setting, %s, gives a plan or a mistake with its place',
  (_, { ask, place }) => {
    it.each([DATASETS[0]!, DATASETS[2]!])('of the data set $name', (dataset) => {
      let plans = 0;
      for (const name of [...NAMES, ...ODD_NAMES]) {
        for (const value of VALUES) {
          const problems = problemsOf(ask(base(dataset), name, value));
          if (problems.length === 0) plans++;
          for (const { path } of problems) expect(path, `${name} = ${JSON.stringify(value)}`).toMatch(place);
        }
      }
      // were the way of asking wrong, every definition would be refused
      expect(plans).toBeGreaterThan(5);
    });
  },
);

it('each setting that takes single values can be swept', () => {
  const lists = [
    'training.optimizer.steps',
    'training.dataset.shape',
    ...['layers', 'fresh', 'freeze'].map((key) => `training.model.${key}`),
  ];
  const objects = ['training.dataset', 'training.dataset.augment', 'training.model', 'training.optimizer'];
  const fits = (name: string) =>
    DATASETS.some((dataset) =>
      VALUES.some((value) => problemsOf(WAYS['the only value']!.ask(base(dataset), name, value)).length === 0),
    );
  expect(NAMES.filter((name) => !fits(name)).sort()).toEqual([...lists, ...objects, 'training.epochs'].sort());
});
