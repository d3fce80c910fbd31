import { expect, test } from 'vitest';
import type { PairItem } from '../../server/http/schemas/pairs.ts';
import { choosePairs } from '../../web/series/choose-pairs.ts';

/** Arm 0 is the control of both; the last seed of arm 2 has not begun. */
const pairs = [
  [1, 5],
  [1, 6],
  [2, 5],
].map(([arm, seed]) => ({ arm, seed, run: `r${arm}${seed}` }) as PairItem);
const runs = (arm: string, seed: string): [number, string, string[]] => {
  const chosen = choosePairs(pairs, arm, seed);
  return [chosen.arm, chosen.seed, chosen.shown.map(({ run }) => run)];
};

test('the arm and the seed asked for', () => {
  expect(runs('1', '')).toEqual([1, '', ['r15', 'r16']]);
  expect(runs('1', '6')).toEqual([1, '6', ['r16']]);
  expect(choosePairs(pairs, '1', '6').ofArm).toHaveLength(2);
});

test('the first arm in place of an arm that is in no pair, all seeds in place of a seed that has not begun', () => {
  expect(runs('0', '6')).toEqual([1, '6', ['r16']]);
  expect(runs('', '')).toEqual([1, '', ['r15', 'r16']]);
  expect(runs('2', '6')).toEqual([2, '', ['r25']]);
});
