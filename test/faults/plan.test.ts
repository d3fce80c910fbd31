import { expect } from 'vitest';
import { refuseNesting } from '../../server/http/definition-of.ts';
import { parseDefinition, parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { DefinitionError } from '../../server/sweep/problem.ts';
import { entriesByParameters } from '../../server/report/table/table-entries.ts';
import { fault } from '../helpers/fault.ts';

const parameters = { alpha: { value: 0.5 }, beta: { values: [0.2, 0.3] }, epsilon: { value: 0.02 }, N: { value: 3 } };
const base = {
  name: 'base',
  method: 'grid',
  parameters,
  seeds: 2,
  training: {
    dataset: { name: 'glyphs', train: 300, validation: 100 },
    model: { name: 'mlp' },
    batchSize: 32,
    batches: 12,
    evalEvery: 6,
  },
};

function planOf(definition: object) {
  const parsed = parseDefinitionValue(definition);
  if (parsed.problems) throw new DefinitionError('Cannot read it', parsed.problems);
  return planSweep(parsed.definition, { batchesPerEpoch: () => 7 });
}

function refusal(definition: object): string {
  try {
    planOf(definition);
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
  return 'a plan';
}

fault('1', 'bounds that two branches of the schema accept', ({ say }) => {
  const epsilon = planOf({ ...base, parameters: { ...parameters, epsilon: { min: 0, max: 1, step: 0.5 } } });
  expect([...new Set(epsilon.arms.map((arm) => arm.epsilon))]).toEqual([0, 0.5, 1]);
  const N = { min: 0, max: 1, step: 0.25, unit: 'fraction' };
  const switches = planOf({ ...base, ablations: [], parameters: { ...parameters, N } });
  expect([...new Set(switches.arms.map((arm) => arm.N))]).toEqual([0, 3, 6, 9, 12]);
  const large = refusal({ ...base, parameters: { ...parameters, N: { min: 0, max: 1e16, count: 3 } } });
  expect(large).toMatch(/parameters\.N\.max: found 10000000000000000, wanted a whole number within/);
  say(large);
});

fault('3', '3,000 unknown settings', ({ say }) => {
  const unknown = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`loss.x${i}`, { values: [1, 2] }]));
  const told = refusal({ ...base, parameters: { ...parameters, ...unknown } });
  expect(told).toMatch(/parameters: found 3004 entries, wanted at most 100$/);
  say(told);
});

fault('3', 'no message lists more than a hundred problems', ({ say }) => {
  const told = refusal({ ...base, ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${i}`, i])) });
  expect(told.split('\n')).toHaveLength(102);
  expect(told).toMatch(/ {2}and 900 more problems$/);
  say(told.split('\n').at(-1)!);
});

fault('4', 'a definition that is an object of 9,000 levels', ({ say }) => {
  let loss: object = {};
  for (let i = 0; i < 9000; i++) loss = { a: loss };
  const sent = { definition: { ...base, loss } };
  expect(() => refuseNesting(sent)).toThrow(DefinitionError);
  expect(() => refuseNesting(sent)).toThrow(/more than 64 levels of brackets/);
  expect(refusal(sent.definition)).toMatch(/more than 64 levels of brackets/);
  say(refusal(sent.definition));
});

fault('B', 'an ablation named control beside β = 0', ({ say }) => {
  const { arms } = planOf({
    ...base,
    parameters: { ...parameters, beta: { values: [0, 0.2] } },
    ablations: [{ name: 'control', set: { alpha: 0.4, beta: 0 } }],
  });
  const { entries } = entriesByParameters({ arms, runs: [] }, 'beta', null);
  expect(entries.every((entry) => entry.arms.length === 1)).toBe(true);
  expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  say(entries.map(({ name }) => name).join(' | '));
});

fault('G', 'the name of the data set set by an ablation, beside keys of another', ({ say }) => {
  const told = refusal({ ...base, ablations: [{ name: 'digits', set: { 'training.dataset.name': 'mnist' } }] });
  expect(told).toMatch(/ablations\[0\]: training\.dataset\.train: unknown key/);
  say(told);
  const odd = refusal({ ...base, ablations: [{ name: 'odd', set: { 'training..x': 1 } }] });
  expect(odd).toMatch(/ablations\[0\]\.set\["training\.\.x"\]: unknown key/);
  say(odd);
});

fault('Small', 'an exhausted random space', ({ say }) => {
  const told = refusal({ ...base, method: 'random', runCap: 50 });
  expect(told).toMatch(/found 2 distinct arms in the 2 points of the space, wanted 50$/);
  say(told);
});

fault('Small', 'a name with characters that turn the text around', ({ say }) => {
  const told = refusal({ ...base, name: 'ab\u202ecd' });
  expect(told).toContain('wanted a name without control and format characters');
  expect(told).not.toContain('\u202e');
  say(told);
});

fault('Small', 'signs that tables print, in constraints', ({ say }) => {
  const { dropped } = planOf({ ...base, constraints: ['2 × beta − 0.5 · alpha < 0.3'] });
  expect(dropped.at(-1)).toEqual({ constraint: '2 × beta − 0.5 · alpha < 0.3', count: 1 });
  say(`${dropped.at(-1)!.constraint} drops ${dropped.at(-1)!.count} of 2`);
});

fault('Small', 'comments and trailing commas', ({ say }) => {
  const text = `// a comment\n${JSON.stringify(base).slice(0, -1)}, /* and another */ }`;
  expect(parseDefinition(text).definition?.name).toBe('base');
  say('read as if they were not there');
});

fault('Small', 'nested parameters of W&B', ({ say }) => {
  const told = refusal({
    ...base,
    parameters: { ...parameters, optimizer: { parameters: { lr: { values: [0.1] } } } },
  });
  expect(told).toMatch(/parameters\.optimizer: found parameters within a parameter \("lr"\), as W&B nests them/);
  say(told);
});
