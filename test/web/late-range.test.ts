import { expect, test } from 'vitest';
import { lateFrom, lateRange } from '../../web/series/late-range.ts';

const lines = [
  { x: [0, 100, 200], y: [0.1, 0.5, null] },
  { x: [0, 400], y: [9, 1.5] },
];

test('values before the batch do not count, gaps neither', () => {
  expect(lateRange(lines, 100)).toEqual({ min: 0.5 - 0.06, max: 1.5 + 0.06 });
});

test('a flat line gets room, nothing at all gets no axis', () => {
  expect(lateRange([{ x: [5], y: [2] }], 0)).toEqual({ min: 2 - 0.12, max: 2 + 0.12 });
  expect(lateRange(lines, 500)).toBeNull();
});

test('late is after the first quarter of the longest line, or all of a chosen stretch', () => {
  expect(lateFrom(lines, null)).toBe(100);
  expect(lateFrom(lines, { from: 30, to: 60 })).toBe(30);
  expect(lateFrom([], null)).toBe(0);
});
