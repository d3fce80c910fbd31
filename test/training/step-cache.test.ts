import { expect, test } from 'vitest';
import type { Engine } from '../../server/training/engine.ts';
import { StepCache } from '../../server/training/step-cache.ts';

test('fewer ε take a step that is compiled for more, unless most of its places would be left over', () => {
  const steps = new StepCache({} as Engine);
  expect(steps.fillPlaces([0.3, 0.1, 0.2])).toEqual([0.3, 0.1, 0.2]);
  expect(steps.fillPlaces([0.2, 0.1])).toEqual([0.2, 0.1, 0.2]); // the first again: no test can set it apart from itself
  expect(steps.fillPlaces([0.2])).toEqual([0.2]);
  const seven = [1, 2, 3, 4, 5, 6, 7];
  expect(steps.fillPlaces(seven)).toEqual(seven);
  expect(steps.fillPlaces(seven.slice(0, 4))).toHaveLength(7);
  expect(steps.fillPlaces(seven.slice(0, 3))).toHaveLength(3);
  expect(new StepCache({} as Engine).fillPlaces([0.2, 0.1])).toEqual([0.2, 0.1]);
});
