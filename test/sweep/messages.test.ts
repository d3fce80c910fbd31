import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../server/sweep/definition/json.ts';
import { goalOf, METRICS, parseMetric } from '../../server/sweep/metrics.ts';
import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { planToText } from '../../server/sweep/plan/plan-text.ts';
import { toPath } from '../../server/sweep/problem.ts';
import { smallestP } from '../../server/sweep/plan/smallest-p.ts';
import { suggest } from '../../server/sweep/suggest.ts';

describe('JSON', () => {
  it.each([
    '{}',
    '[]',
    ' { "a" : [ 1 , -2.5e-3 , true , false , null , "x\\n\\u00e9\\"" ] } ',
    '"😀"',
    '0',
    '[[[]]]',
    '\uFEFF{"a":1}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseJson(text)).toEqual({ value: JSON.parse(text.replace(/^\uFEFF/, '')) });
  });

  it.each([
    '01',
    '+1',
    '1.',
    '.5',
    '1e',
    'tru',
    'undefined',
    "'a'",
    '[,]',
    '[1,,]',
    '{,}',
    '{"a":1,,}',
    '{"a":-}',
    '"\\u12"',
    '/* ',
    '/',
    '1"a"',
    '{a:1}',
    '"a',
    '"\\x"',
    '"\t"',
    '[1 2]',
    '{"a" 1}',
    '{} {}',
    '',
  ])('refuses %s as JSON.parse does', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(parseJson(text)).toHaveProperty('problem');
  });

  it.each([
    ['[1, 2,]', [1, 2]],
    ['{"a": 1,}', { a: 1 }],
    ['// first\n{"a": /* between */ 1} // last', { a: 1 }],
    ['{"a": "// no comment", "b": "/* none */"}', { a: '// no comment', b: '/* none */' }],
  ])('understands comments and trailing commas: %s', (text, value) => expect(parseJson(text)).toEqual({ value }));

  it.each([
    ['// one\n{"a": 01}', 'line 2, column 7', 'found "01", wanted a value'],
    ['{"a": 1, /* two */ b: 2}', 'line 1, column 20', 'found "b", wanted a key in double quotes'],
    ['{"a": 1, "a": 2,}', 'line 1, column 10', 'found the key "a" twice in one object'],
    ['["\\x"]', 'line 1, column 4', 'found "x", wanted an escape of JSON'],
    ['{"a": [1, 2', 'line 1, column 12', 'found the end of the file, wanted "," or "]"'],
    ['{', 'line 1, column 2', 'found the end of the file, wanted a key in double quotes'],
    ['[1 2]', 'line 1, column 4', 'found "2", wanted "," or "]"'],
    ['{"a" 1}', 'line 1, column 6', 'found "1", wanted ":"'],
    ['1e', 'line 1, column 1', 'found "1e", wanted a value'],
    ['"a\tb"', 'line 1, column 1', 'found a string without an end'],
  ])('says where and what: %s', (text, path, message) => {
    expect(parseJson(text)).toEqual({ problem: { path, message: expect.stringContaining(message) } });
  });

  it('keeps a key that is no key of ours as a key, to be refused', () => {
    const read = parseJson('{"__proto__": {"polluted": 1}}') as { value: object };
    expect(Object.keys(read.value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read.value)).toBe(Object.prototype);
  });

  it('says where', () => {
    expect(parseJson('{\n  "a": 1\n  "b": 2\n}')).toEqual({
      problem: { path: 'line 3, column 3', message: 'found "\\"", wanted "," or "}"' },
    });
  });

  it('does not exhaust the stack', () => expect(parseJson('['.repeat(1_000_000))).toHaveProperty('problem'));
});

it('suggestions are near, and absent where nothing is', () => {
  const known = ['alpha', 'beta', 'gamma', 'epsilon', 'learningRate', 'log_uniform_values'];
  expect(
    ['alhpa', 'Beta', 'learning_rate', 'learnngRate', 'log_uniform', 'epsilom'].map((word) => suggest(word, known)),
  ).toEqual(['alpha', 'beta', 'learningRate', 'learningRate', 'log_uniform_values', 'epsilon']);
  expect(['x', 'dropout', 'lr', ''].map((word) => suggest(word, known))).toEqual([null, null, null, null]);
});

it('paths read like JavaScript', () => {
  expect(toPath(['parameters', 'loss.m', 'values', 1])).toBe('parameters["loss.m"].values[1]');
  expect(toPath(['parameters', 'α'])).toBe('parameters.α');
});

describe('metrics', () => {
  it('are those of the definition', () => {
    expect(METRICS.filter(({ name }) => name.startsWith('train/'))).toHaveLength(11);
    expect(METRICS.filter(({ name }) => name.startsWith('val/')).map(({ name }) => name.slice(4))).toEqual(
      METRICS.filter(({ name }) => name.startsWith('test/')).map(({ name }) => name.slice(5)),
    );
    expect(METRICS.filter(({ when }) => when === 'evaluation')).toHaveLength(12);
    expect(METRICS.find(({ name }) => name === 'train/truncated')).toEqual({
      name: 'train/truncated',
      better: 'lower',
      when: 'batchFromSwitch',
      unit: null,
    });
  });
  it('have a direction', () => {
    const goal = (name: string) => {
      const parsed = parseMetric(name);
      return 'metric' in parsed ? goalOf(parsed.metric) : parsed.problem;
    };
    expect(['val/accuracy', 'val/intraClassCosine', 'val/nc4', 'train/beta'].map(goal)).toEqual([
      'maximize',
      'maximize',
      'minimize',
      'maximize',
    ]);
    expect(goal('val/crossentropy')).toBe(
      'found "val/crossentropy", wanted the name of a metric — did you mean "val/crossEntropy"?',
    );
  });
});

it('the smallest p follows from the seeds', () => {
  expect([1, 2, 5, 6, 20, 21].map((seeds) => smallestP(seeds, 4))).toEqual([
    { maxT: 1, holm: 1 },
    { maxT: 0.5, holm: 1 },
    { maxT: 0.0625, holm: 0.25 },
    { maxT: 0.03125, holm: 0.125 },
    { maxT: 2 / 2 ** 20, holm: 8 / 2 ** 20 },
    { maxT: 1 / 100_001, holm: 4 / 100_001 },
  ]);
  expect(smallestP(6, 0)).toEqual({ maxT: 0.03125, holm: 0.03125 });
});

it('the plan of the example as text', () => {
  const text = readFileSync(new URL('../fixtures/definitions/good/example.json', import.meta.url), 'utf8');
  const plan = planSweep(readDefinition(text, 'example.json'), { batchesPerEpoch: () => 50 });
  expect(planToText(plan)).toBe(`Sweep "switch-batch"
  arms       27: 24 points of the search and 3 ablations; 3 without the intra-class phase
  runs       162 (27 × 6 seeds)
  dropped    0 by gamma > alpha > beta
  folded     none
  batches    36,000 with shared stages, 64,800 without (44 % less)
  stages     198
  smallest p 0.0313 by max-t, 0.75 by Holm (above 0.05: none can be significant by it)
`);
});
