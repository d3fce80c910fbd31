import { expect, test } from 'vitest';
import type { RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { defaultColumns, runColumns } from '../../web/pages/runs-columns.ts';

const params = { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: null, N: 100, 'loss.m': 0.35 };
const sweep = {
  varying: ['beta', 'N'],
  metrics: ['val/accuracy', 'val/nc1'],
  metric: { name: 'val/accuracy', goal: 'maximize' },
  armList: [{ index: 0, name: 'β0.2 N100', ablation: null, control: false, controlIndex: null, params }],
} as Pick<SweepDetail, 'varying' | 'metrics' | 'metric' | 'armList'>;
const row = {
  id: 'r7',
  armName: 'β0.2 N100',
  seed: 3,
  state: 'complete',
  engine: null,
  seconds: 61,
  error: null,
  params,
  metrics: { 'val/accuracy': { last: 0.97, best: 0.975, bestBatch: 50 } },
  deltas: { 'val/accuracy': 0.003 },
} as unknown as RunRow;

test('every parameter and the last and best of every metric can be a column, keyed as the API sorts', () => {
  expect(runColumns(sweep).map(({ key }) => key)).toEqual([
    'arm',
    'seed',
    'state',
    'alpha',
    'beta',
    'gamma',
    'epsilon',
    'N',
    'loss.m',
    'last:val/accuracy',
    'best:val/accuracy',
    'delta:val/accuracy',
    'last:val/nc1',
    'best:val/nc1',
    'delta:val/nc1',
    'engine',
    'seconds',
    'error',
  ]);
});

test('cells are text in the unit of their column, a dash where there is nothing', () => {
  const text = Object.fromEntries(runColumns(sweep).map((column) => [column.key, column.text(row)]));
  expect(text).toMatchObject({
    beta: '0.2',
    epsilon: '–',
    'last:val/accuracy': '97.00 %',
    'best:val/accuracy': '97.50 %',
    'delta:val/accuracy': '+0.30 points',
    'last:val/nc1': '–',
    engine: '–',
    seconds: '1 min 1 s',
    error: '',
  });
});

test('shown at first: what identifies a run, what varies, and the metric of the sweep', () => {
  expect(defaultColumns(sweep, 'val/accuracy')).toEqual([
    'delta:val/accuracy',
    'last:val/accuracy',
    'arm',
    'seed',
    'state',
    'beta',
    'N',
    'seconds',
  ]);
});
