import { describe, expect, it } from 'vitest';
import { importanceOf } from '../../../server/report/factors/importance.ts';
import { sliceAlong, type BalancedSlice } from '../../../server/report/factors/slices.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { arm, grid } from './arms.ts';

describe('importanceOf', () => {
  const noisy = (spread: number, seed: number, seeds = 12, levels = 4) => {
    const stream = new Stream(seed, 'importance');
    // Levels whose standard deviation is the one asked for.
    const places = Array.from({ length: levels }, (_, l) => l - (levels - 1) / 2);
    const scale = Math.sqrt(places.reduce((sum, place) => sum + place * place, 0) / (levels - 1));
    const arms = places.map((place, l) =>
      arm(
        l,
        { a: l },
        Array.from({ length: seeds }, () => (spread * place) / scale + stream.normal()),
      ),
    );
    return importanceOf(sliceAlong('a', arms) as BalancedSlice)!;
  };

  it('is the standard deviation over the levels where seeds add nothing', () => {
    const slice = sliceAlong(
      'a',
      grid([1, 2, 3], [1], 6, (a) => a),
    ) as BalancedSlice;
    expect(importanceOf(slice)).toMatchObject({
      size: expect.closeTo(1, 12),
      low: expect.closeTo(1, 12),
      high: expect.closeTo(1, 12),
    });
    const few = sliceAlong(
      'a',
      grid([1, 2, 3], [1], 5, (a) => a),
    ) as BalancedSlice;
    expect(importanceOf(few)).toBeNull();
  });

  it('does not take the spread of seeds for an effect', () => {
    const sizes = Array.from({ length: 300 }, (_, i) => noisy(0, i));
    const squares = sizes.reduce((sum, { size }) => sum + size * size, 0) / sizes.length;
    // Means of 12 seeds alone have a variance of 1/12; half of the sweeps show nothing at all.
    expect(squares).toBeLessThan(0.5 / 12);
    expect(sizes.filter(({ size }) => size === 0).length).toBeGreaterThan(100);
    expect(sizes.filter(({ p }) => p! < 0.05).length / sizes.length).toBeLessThan(0.075);
  });

  it('covers a spread that is there', () => {
    const sizes = Array.from({ length: 300 }, (_, i) => noisy(1, i));
    const covered = sizes.filter(({ low, high }) => low <= 1 && 1 <= high).length;
    expect(covered / sizes.length).toBeGreaterThan(0.9);
    expect(covered / sizes.length).toBeLessThan(0.99);
  });
});
