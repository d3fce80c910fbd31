import { expect, test } from 'vitest';
import { niceTicks } from '../../web/series/ticks.ts';

test.each([
  [0, 400, 5, [0, 100, 200, 300, 400]],
  [-0.108, 0.848, 6, [0, 0.2, 0.4, 0.6, 0.8]],
  [0, 0.3, 4, [0, 0.1, 0.2, 0.3]],
  [0.519, 0.98, 3, [0.6, 0.8]],
  [7, 11, 10, [7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11]],
  [0, 12_345, 7, [0, 2000, 4000, 6000, 8000, 10_000, 12_000]],
  [-3e-5, 3e-5, 4, [-2e-5, 0, 2e-5]],
])('ticks of [%d, %d], at most %d', (min, max, most, expected) => {
  expect(niceTicks(min, max, most)).toEqual(expected);
});

test('an axis without extent, or with ends that are no numbers, has no ticks', () => {
  expect(niceTicks(1, 1, 5)).toEqual([]);
  expect(niceTicks(NaN, 1, 5)).toEqual([]);
  expect(niceTicks(0, 1, 0)).toEqual([]);
});
