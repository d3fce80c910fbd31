import { expect, test } from 'vitest';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { BestArm } from '../../server/http/schemas/sweep.ts';
import { smallestP as smallestPOfTest } from '../../server/sweep/plan/smallest-p.ts';
import { armsToConfirm, confirmableMetrics, seedsWords, smallestP } from '../../web/series/to-confirm.ts';

const arm = (index: number, rest: Partial<ArmItem> = {}): ArmItem => ({
  index,
  name: `arm ${index}`,
  ablation: null,
  control: false,
  controlIndex: 4,
  params: { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.1, N: 20 },
  ...rest,
});
const score = (index: number): BestArm => ({
  arm: index,
  name: `arm ${index}`,
  control: false,
  n: 6,
  mean: 0.5,
  sd: null,
});

test('arms with a control can be confirmed, the best of them first', () => {
  const never = { alpha: 0.5, beta: 0, gamma: 1, epsilon: null, N: null };
  const armList = [
    arm(0),
    arm(1),
    arm(2, { controlIndex: null }),
    arm(3, { params: never }),
    arm(4, { control: true, controlIndex: null }),
    arm(5),
  ];
  expect(armsToConfirm({ armList, best: [score(4), score(5), score(1)] }).map(({ index }) => index)).toEqual([5, 1, 0]);
  expect(armsToConfirm({ armList: armList.slice(2, 5), best: [] })).toEqual([]);
});

test("metrics of evaluations, the sweep's own first", () => {
  const metrics = ['test/accuracy', 'train/total', 'val/accuracy', 'val/macroF1'];
  expect(confirmableMetrics({ metric: { name: 'val/macroF1', goal: 'maximize' }, metrics })).toEqual([
    'val/macroF1',
    'val/accuracy',
  ]);
  expect(confirmableMetrics({ metric: { name: 'train/total', goal: 'minimize' }, metrics })).toEqual([
    'val/accuracy',
    'val/macroF1',
  ]);
});

test('the words on what seeds can show agree with the test itself', () => {
  for (const seeds of [1, 2, 5, 6, 12, 20, 21, 1000])
    expect([seeds, smallestP(seeds)]).toEqual([seeds, smallestPOfTest(seeds, 1).maxT]);
  expect(seedsWords(12)).toBe('With 12 seeds the smallest possible p is 0.00049.');
  expect(seedsWords(5)).toBe(
    'With 5 seeds no difference can be significant: the smallest possible p is 0.063. Six seeds are the least.',
  );
});
