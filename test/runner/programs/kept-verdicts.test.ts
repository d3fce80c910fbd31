import { expect, test } from 'vitest';
import { forkOf, armToCheck } from '../../../server/runner/programs/subject.ts';
import { firstDifference } from '../../../server/runner/exactness/first-difference.ts';
import { keepVerdict, readVerdict, verdictKey } from '../../../server/runner/exactness/kept-verdicts.ts';
import type { Verdict } from '../../../server/runner/exactness/verdict.ts';
import { readDefinition } from '../../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../../server/sweep/plan/plan-sweep.ts';

/** The arms of a program's sweep. */
function armsOf(parameters: object, training: object = {}) {
  const definition = {
    name: 'study',
    parameters: { ...NUMBERS, ...parameters },
    training: {
      program: { command: ['train'], fork: true },
      batches: 90,
      width: 64,
      lr: 0.1,
      optimizer: 'sgd',
      ...training,
    },
  };
  return planSweep(readDefinition(JSON.stringify(definition), 'here'), { batchesPerEpoch: () => NaN }).arms;
}

const NUMBERS = {
  alpha: { value: 0.5 },
  beta: { value: 0.2 },
  gamma: { value: 1 },
  epsilon: { value: 0.02 },
  N: { values: [0, 90, 50] },
};

const keyOf = (arms: ReturnType<typeof armsOf>, { engine = 'program:0123456789ab', data = 'd' } = {}): string =>
  verdictKey({ engine, arm: armToCheck(arms) }, data);

test('what is found holds where nothing differs but swept numbers and lengths', () => {
  const key = keyOf(armsOf({ 'training.lr': { values: [0.1, 0.2] } }));
  const same = [
    armsOf({ 'training.lr': { values: [0.3, 0.4] }, N: { values: [0, 30] } }),
    armsOf({ 'training.lr': { values: [0.1, 0.2] } }, { batches: 400, evalEvery: 20 }),
  ];
  expect(same.map((arms) => keyOf(arms))).toEqual([key, key]);
});

test('files, data, settings, swept words and the batch of the fork are checked anew', () => {
  const arms = armsOf({});
  const keys = [
    keyOf(arms),
    keyOf(arms, { engine: 'program:ba9876543210' }),
    keyOf(arms, { data: 'other' }),
    keyOf(armsOf({}, { width: 65 })),
    keyOf(armsOf({}, { batches: 30 })),
    keyOf(armsOf({ 'training.optimizer': { values: ['adam', 'sgd'] } })),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('exact and inexact are kept, broken is not', () => {
  const checked = { engine: 'program:0', arm: 'a', seed: 0, fork: 20, to: 40, device: null, versions: {} };
  const base = { ...checked, seconds: 1, warnings: [] };
  const verdicts: Verdict[] = [
    { ...base, kind: 'exact' },
    { ...base, kind: 'inexact', difference: DIFFERENCE, causes: ['chance'] },
    { ...base, kind: 'broken', found: 'nothing' },
  ];
  verdicts.forEach((verdict, i) => keepVerdict(`${i}`.repeat(64), verdict));
  expect(verdicts.map((_, i) => readVerdict(`${i}`.repeat(64)))).toEqual([...verdicts.slice(0, 2), null]);
});

const DIFFERENCE = {
  comparison: 'forked' as const,
  batch: 20,
  metric: 'train/total',
  values: [1, 2] as [number, number],
};

test('the arm has the phase, and the fork lies within the run', () => {
  expect(armToCheck(armsOf({})).N).toBe(0);
  expect(armToCheck(armsOf({ N: { values: [90, 50] } })).N).toBe(50);
  expect([1, 2, 3, 30, 90].map((batches) => forkOf(armsOf({ N: { value: 0 } }, { batches })[0]!))).toEqual([
    0, 1, 1, 15, 20,
  ]);
});

test('values are compared by their bits, NaN and −0 too, and states by what the program says of them', () => {
  const of = (values: number[], hash: string, digest: string | null = null) => ({
    points: new Map([['train/total', new Map(values.map((value, batch) => [batch, value]))]]),
    saved: [{ batch: values.length, hash, size: 1, content: { file: 'f' }, digest }],
  });
  const compare = (a: ReturnType<typeof of>, b: ReturnType<typeof of>) =>
    firstDifference(a, { comparison: 'repeated', trained: b, from: 0, to: 2 });
  expect(compare(of([NaN, 0], 'h'), of([NaN, 0], 'h'))).toBeNull();
  expect(compare(of([1, 0], 'h'), of([1, -0], 'h'))).toMatchObject({ batch: 1, values: [0, '-0'] });
  expect(compare(of([1, NaN], 'h'), of([1, 2], 'h'))).toMatchObject({ batch: 1, values: ['NaN', 2] });
  expect(compare(of([1, 2], 'one'), of([1, 2], 'other'))).toMatchObject({ batch: 2, metric: null });
  expect(compare(of([1, 2], 'one', 'same'), of([1, 2], 'other', 'same'))).toBeNull();
  expect(compare(of([1, 2], 'h', 'one'), of([1, 2], 'h', 'other'))).toMatchObject({ values: ['one', 'other'] });
});
