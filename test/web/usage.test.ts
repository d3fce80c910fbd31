import { expect, test } from 'vitest';
import type { Usage } from '../../server/sweep/results.ts';
import { formatEnergy } from '../../web/format/number.ts';
import { usageLines } from '../../web/format/usage.ts';

const usage: Usage = {
  seconds: 100,
  processor: { seconds: 130, peakMemory: 312e6, share: 1 },
  gpu: { use: 0.874, peakUse: 1, peakMemory: 40.5e9, share: 0.96 },
  energy: { joules: 36_000, share: 0.6 },
};

test('a run shows what it used, and over how much of its time that was measured', () => {
  expect(usageLines(usage)).toEqual([
    ['Processor time', '2 min 10 s'],
    ['Peak memory', '312 MB'],
    ['GPU', '87 % on average, 100 % at most'],
    ['GPU memory', '40.5 GB'],
    ['Energy of the card', '10 Wh by nvidia-smi (measured 60 % of the time)'],
  ]);
});

test('what was not measured is not shown', () => {
  expect(usageLines(null)).toEqual([]);
  const gpu = { use: null, peakUse: null, peakMemory: 4e9, share: 0 };
  expect(usageLines({ ...usage, processor: null, gpu, energy: null })).toEqual([['GPU memory', '4 GB']]);
});

test('energy is said in what is at hand', () => {
  expect([7.56e5, 1.7e5, 360, 10, 4.4e7].map(formatEnergy)).toEqual([
    '0.21 kWh',
    '47 Wh',
    '0.1 Wh',
    'less than 0.01 Wh',
    '12.2 kWh',
  ]);
});
