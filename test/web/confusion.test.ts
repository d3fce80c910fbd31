import { expect, test } from 'vitest';
import { toClassName, toConfusionCells } from '../../web/series/confusion.ts';

const counts = [
  [8, 2, 0],
  [1, 9, 0],
  [0, 0, 0],
];

test('shares are of the images of the true class; a class without images has none', () => {
  expect(toConfusionCells(counts).map((row) => row.map(({ share }) => share))).toEqual([
    [0.8, 0.2, 0],
    [0.1, 0.9, 0],
    [0, 0, 0],
  ]);
  expect(toConfusionCells(counts)[1]![1]).toEqual({ count: 9, share: 0.9, correct: true });
});

test('a class without a name is its number', () => {
  expect(toClassName(1, ['a', 'b'])).toBe('b');
  expect(toClassName(1, null)).toBe('1');
});
