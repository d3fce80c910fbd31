import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../server/http/schemas/run.ts';
import { brush, brushedRange, endLabels, parallelAxes, placeOn } from '../../web/series/parallel.ts';
import { toRunScatter } from '../../web/series/run-scatter.ts';
import type { PointsShape } from '../../web/series/chart-spec.ts';

function run(id: number, params: Record<string, number | string | null>, accuracy: number, more: Partial<RunRow> = {}) {
  return {
    id: `r${id}`,
    seed: 1,
    armName: `arm${id}`,
    state: 'complete',
    control: false,
    params,
    metrics: { 'val/accuracy': { last: accuracy }, 'val/nc1': { last: 10 * accuracy } },
    deltas: { 'val/accuracy': accuracy - 0.5 },
    ...more,
  } as unknown as RunRow;
}

const runs = [
  run(1, { beta: 0.1, kind: 'a', same: 1 }, 0.5),
  run(2, { beta: 0.3, kind: 'b', same: 1 }, 0.7),
  run(3, { beta: null, kind: 'c', same: 1 }, 0.9, { state: 'diverged' }),
];
const axes = parallelAxes(runs, ['beta', 'kind', 'same'], 'val/accuracy');
const [beta, kind, last] = axes;

describe('parallel coordinates', () => {
  it('has an axis for every parameter that varies, the metric and its difference', () => {
    expect(axes.map(({ word }) => word)).toEqual(['beta', 'kind', 'last(val/accuracy)', 'delta(val/accuracy)']);
    expect(runs.map((each) => placeOn(beta!, each))).toEqual([0, 1, null]);
    expect(runs.map((each) => placeOn(kind!, each))).toEqual([0, 0.5, 1]);
    // A diverged run has no last value.
    expect(runs.map((each) => placeOn(last!, each))).toEqual([0, 1, null]);
    expect([endLabels(beta!), endLabels(kind!)]).toEqual([
      ['0.1', '0.3'],
      ['a', 'c'],
    ]);
  });

  it('makes what is brushed a filter, one range an axis, beside what was written by hand', () => {
    const once = brush('', beta!, [0.75, 0.25]);
    expect(once).toBe('beta >= 0.15 and beta <= 0.25');
    expect(brushedRange(once, beta!)).toEqual([expect.closeTo(0.25, 9), expect.closeTo(0.75, 9)]);
    const twice = brush(once, last!, [0, 0.5]);
    expect(twice).toBe(`${once} and last(val/accuracy) >= 0.5 and last(val/accuracy) <= 0.6`);
    expect(brush(twice, beta!, [0, 1])).toBe(
      'last(val/accuracy) >= 0.5 and last(val/accuracy) <= 0.6 and beta >= 0.1 and beta <= 0.3',
    );
    // Near an end the end itself is meant, whatever its digits.
    expect(brush('', beta!, [0.5, 0.99])).toBe('beta >= 0.2 and beta <= 0.3');
    expect(brush(once, beta!, null)).toBe('');
    const own = 'tag = "x" or seed < 3';
    const both = brush(own, beta!, [0, 0.5]);
    expect(both).toBe('(tag = "x" or seed < 3) and beta >= 0.1 and beta <= 0.2');
    expect(brush(both, beta!, [0.5, 1])).toBe('(tag = "x" or seed < 3) and beta >= 0.2 and beta <= 0.3');
    expect(brush(both, beta!, null)).toBe('(tag = "x" or seed < 3)');
    expect(brushedRange(own, beta!)).toBeNull();
  });
});

it('places runs by two metrics, controls apart, without diverged ones', () => {
  const spec = toRunScatter([...runs, run(4, {}, 0.6, { control: true })], 'val/nc1', 'val/accuracy');
  const [control, phase] = spec.shapes as PointsShape[];
  expect([control!.x, control!.y]).toEqual([[6], [0.6]]);
  expect([phase!.x, phase!.notes]).toEqual([
    [5, 7],
    ['r1, arm1, seed 1', 'r2, arm2, seed 1'],
  ]);
});
