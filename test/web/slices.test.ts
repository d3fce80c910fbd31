import { describe, expect, it } from 'vitest';
import type { ShownFactors, ShownSlice } from '../../server/http/schemas/factors.ts';
import { rangeOfSlices, toSliceChart, toTrendChart } from '../../web/series/slices.ts';
import type { LineShape, PointsShape } from '../../web/series/chart-spec.ts';

function slice(values: (number | string)[], more: Partial<ShownSlice> = {}): ShownSlice {
  const levels = values.map((value, k) => ({
    value,
    mean: k / 10,
    interval: [k / 10 - 0.2, k / 10 + 0.2] as [number, number],
    text: `+0.${k}`,
    p: null,
    isSignificant: false,
  }));
  return { factor: 'beta', isBalanced: true, note: '', levels, steps: [], contrast: '', ...more };
}

function shown(slices: ShownSlice[], values: (number | string | null)[]): ShownFactors {
  return {
    metric: 'val/accuracy',
    at: 'last',
    unit: 'points',
    better: 'above',
    factors: [{ name: 'beta', symbol: 'β' }],
    slices,
    importance: [],
    distances: null,
    trends: [],
    map: null,
    arms: values.map((value, arm) => ({ arm, name: `arm${arm}`, mean: arm / 10, n: 6, values: [value] })),
  };
}

const pointsOf = (spec: ReturnType<typeof toSliceChart>, id: string) =>
  spec.shapes.find((shape) => shape.id === id) as PointsShape;

describe('toSliceChart', () => {
  it('has a point and an interval a level, and every arm as a dot beside its level', () => {
    const beta = slice([0.1, 0.2]);
    const spec = toSliceChart(beta, shown([beta], [0.1, 0.2, 0.2, null]));
    expect(spec.axes[0]!.categories).toEqual(['0.1', '0.2']);
    expect(pointsOf(spec, 'mean')).toMatchObject({ x: [0, 1], y: [0, 0.1] });
    expect((spec.shapes.find(({ id }) => id === 'interval/1') as LineShape).y).toEqual([-0.1, 0.30000000000000004]);
    const dots = pointsOf(spec, 'arms');
    expect(dots.y).toEqual([0, 0.1, 0.2]);
    expect(dots.x.map((x) => Math.abs(Math.round(x)))).toEqual([0, 1, 1]);
    expect(dots.x[1]).not.toBe(dots.x[2]);
    expect(spec.description).toContain('0.2: +0.1');
  });

  it('has numbers at their places from five levels on, by orders of magnitude where they span many', () => {
    const near = slice([1, 2, 3, 4, 9]);
    const [axis] = toSliceChart(near, shown([near], [1])).axes;
    expect(axis).toMatchObject({ min: expect.closeTo(0.52, 9), max: expect.closeTo(9.48, 9) });
    const far = slice([1e-4, 1e-3, 1e-2, 0.1, 1]);
    expect(toSliceChart(far, shown([far], [1])).axes[0]!.logarithmic).toBe(true);
    const words = slice(['a', 'b', 'c', 'd', 'e']);
    expect(toSliceChart(words, shown([words], ['a'])).axes[0]!.categories).toHaveLength(5);
  });

  it('draws an unbalanced parameter as steps, with a gap where neighbours share nothing', () => {
    const change = { mean: 0.3, interval: null, text: '+0.3' };
    const steps = [
      { from: 0.1, to: 0.2, settings: 2, change },
      { from: 0.2, to: 0.4, settings: 0, change: null },
    ];
    const uneven = slice([], { isBalanced: false, levels: [], steps });
    const spec = toSliceChart(uneven, shown([uneven], [0.1]));
    expect(spec.axes[0]!.categories).toEqual(['0.1 → 0.2', '0.2 → 0.4']);
    expect(pointsOf(spec, 'step')).toMatchObject({ x: [0], y: [0.3] });
    expect(spec.shapes.some(({ kind }) => kind === 'line')).toBe(false);
  });

  it('shares one range over all slices, with 0 in it', () => {
    const { min, max } = rangeOfSlices(shown([slice([1, 2, 3])], [1, 2, 3, 4, 5, 6, 7]));
    expect([min < -0.2, max > 0.6]).toEqual([true, true]);
  });
});

it('draws the arms of a random search each at its own value', () => {
  const spec = toTrendChart('beta', shown([], [0.31, 0.12, 'none']));
  expect(spec.shapes[0]).toMatchObject({ x: [0.31, 0.12], y: [0, 0.1], notes: ['arm0', 'arm1'] });
});
