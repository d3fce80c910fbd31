import { describe, expect, test } from 'vitest';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import type { Plan } from '../../server/sweep/plan/plan.ts';
import { predictTime } from '../../server/runner/forecast/predict-time.ts';

const calibration = { opening: 2, warmingUp: 1, batch: 0.01, evaluation: { val: 0.1, test: 0.5 } };

/** A control and one arm that switches at batch N of 100, evaluated every 30. */
function plan(N: number, seeds: number): Plan {
  const parsed = parseDefinitionValue({
    name: 'time',
    method: 'grid',
    seeds,
    parameters: { alpha: { value: 0.5 }, beta: { value: 0.2 }, epsilon: { value: 0.02 }, N: { value: N } },
    training: { dataset: { name: 'glyphs' }, model: { name: 'mlp' }, batchSize: 32, batches: 100, evalEvery: 30 },
  });
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return planSweep(parsed.definition, { batchesPerEpoch: () => 10 });
}

describe('seconds that a plan takes', () => {
  // A run: 100 batches (1 s), evaluations at 0, 30, 60, 90 and 100 (0.5 s), the test part at its end (0.5 s).
  const run = 2;

  test("every run from batch 0: all of them spread over the workers, after the workers' start", () => {
    expect(predictTime(plan(60, 3), calibration, 1).unshared).toBeCloseTo(3 + 6 * run, 10);
    expect(predictTime(plan(60, 3), calibration, 2).unshared).toBeCloseTo(3 + (6 * run) / 2, 10);
  });

  test('with sharing a trunk and its evaluations count once', () => {
    // The trunk [0, 60) is evaluated at 0, 30 and 60.
    const trunk = 0.6 + 0.3;
    expect(predictTime(plan(60, 3), calibration, 2).shared).toBeCloseTo(3 + (3 * (2 * run - trunk)) / 2, 10);
    expect(predictTime(plan(0, 3), calibration, 2).shared).toBeCloseTo(3 + (6 * run) / 2, 10);
  });

  test('more workers than runs do not help: the batches of a run follow each other', () => {
    expect(predictTime(plan(60, 1), calibration, 8)).toEqual({
      shared: expect.closeTo(3 + run, 10),
      unshared: expect.closeTo(3 + run, 10),
    });
  });
});
