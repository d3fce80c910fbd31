import { expect, test } from 'vitest';
import { usageFacts } from '../../server/cli/usage-text.ts';
import type { Usage } from '../../server/sweep/results.ts';

const usage: Usage = {
  seconds: 100,
  processor: { seconds: 130, peakMemory: 312e6, share: 0.5 },
  gpu: { use: 0.874, peakUse: 1, peakMemory: 40.5e9, share: 1 },
  energy: { joules: 36_000, share: 1 },
};

test('what a run used, and over how much of its time that was measured', () => {
  expect(usageFacts(usage)).toEqual([
    ['processor', '2 min 10 s, at most 312 MB of memory (measured 50 % of the time)'],
    ['GPU', '87 % on average, 100 % at most; at most 40.5 GB in use on the card'],
    ['energy', '10 Wh by nvidia-smi, of the whole card'],
  ]);
});

test('what was not measured is not said', () => {
  expect(usageFacts(null)).toEqual([]);
  const gpu = { use: null, peakUse: null, peakMemory: 4e9, share: 0 };
  expect(usageFacts({ ...usage, processor: null, gpu, energy: null })).toEqual([
    ['GPU', 'at most 4 GB in use on the card'],
  ]);
});
