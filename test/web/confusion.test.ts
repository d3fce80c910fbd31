import { expect, test } from 'vitest';
import { mostConfused, toClassName, toConfusionCells } from '../../web/series/confusion.ts';

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

test('pairs are unordered, their error is of the images of both classes', () => {
  expect(mostConfused(counts, 5)).toEqual([{ first: 0, second: 1, wrong: 3, error: 0.15 }]);
  expect(
    mostConfused(
      [
        [5, 1, 4],
        [0, 10, 0],
        [0, 2, 8],
      ],
      2,
    ).map(({ first, second, error }) => [first, second, error]),
  ).toEqual([
    [0, 2, 0.2],
    [1, 2, 0.1],
  ]);
});

test('a class without a name is its number', () => {
  expect(toClassName(1, ['a', 'b'])).toBe('b');
  expect(toClassName(1, null)).toBe('1');
});
