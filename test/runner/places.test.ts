import { expect, test } from 'vitest';
import { placesFor } from '../../server/runner/epsilons-of.ts';

test('a step serves all stages of a sweep that carry several ε, unless most of its places would be left over', () => {
  expect([7, 6, 4].map((count) => placesFor(count, 7))).toEqual([7, 7, 7]);
  expect([3, 2, 1].map((count) => placesFor(count, 7))).toEqual([3, 2, 1]);
  expect(placesFor(1, 2)).toBe(1); // most stages: nothing is left over in them
  expect(placesFor(3, 2)).toBe(3);
});
