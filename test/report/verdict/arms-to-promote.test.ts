import { expect, it } from 'vitest';
import type { Forest, ForestLine } from '../../../server/report/verdict/forest.ts';
import { armsToPromote, countToPromote } from '../../../server/report/verdict/arms-to-promote.ts';

const forest = (better: Forest['better'], means: number[], dead: number[] = []): { forest: Forest } => ({
  forest: {
    unit: '',
    better,
    overall: null,
    lines: means.map((mean, arm) => ({ arm: arm + 10, mean, isDead: dead.includes(arm) }) as ForestLine),
  },
});

it('takes a quarter of the arms, at most five, at least one', () => {
  expect([1, 3, 4, 8, 19, 20, 400].map(countToPromote)).toEqual([1, 1, 1, 2, 4, 5, 5]);
});

it('takes the best by the direction of the metric, without dead arms', () => {
  const means = [0.1, 0.4, -0.2, 0.3, 0, 0.2, 0.05, -0.1];
  expect(armsToPromote(forest('right', means))).toEqual([11, 13]);
  expect(armsToPromote(forest('left', means))).toEqual([12, 17]);
  expect(armsToPromote(forest('right', means, [1]), 3)).toEqual([13, 15, 10]);
});
