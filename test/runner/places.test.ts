import { expect, test } from 'vitest';
import { mostEpsilonsOf, placesFor } from '../../server/runner/order/epsilons-of.ts';
import type { RunTask } from '../../server/store/training/identify-runs.ts';
import { makePlan } from '../store/support.ts';

test('a step serves all stages of a sweep that carry several ε, unless most of its places would be left over', () => {
  expect([7, 6, 4].map((count) => placesFor(count, 7))).toEqual([7, 7, 7]);
  expect([3, 2, 1].map((count) => placesFor(count, 7))).toEqual([3, 2, 1]);
  expect(placesFor(1, 2)).toBe(1); // most stages: nothing is left over in them
  expect(placesFor(3, 2)).toBe(3);
});

test('the most ε of a sweep are those of a stage in which the phase is in force, each once', () => {
  const { arms } = makePlan([{ beta: 0.1, N: 40 }, {}], [1]);
  const stage = (from: number, to: number, epsilons: number[]): RunTask['stages'][number] => ({
    stageId: to,
    parentId: null,
    edition: 0,
    from,
    to,
    batch: from,
    kept: false,
    members: epsilons.map((epsilon, runId) => ({ runId, epsilon })),
  });
  const trunk = stage(0, 40, [0.1, 0.2, 0.3, 0.4]);
  expect(mostEpsilonsOf(arms, [{ arm: 0, stages: [trunk, stage(40, 100, [0.3, 0.1, 0.3])] }])).toBe(2);
  expect(mostEpsilonsOf(arms, [{ arm: 0, stages: [trunk] }])).toBe(1);
});
