import { describe, expect, it } from 'vitest';
import { sliceAlong, type BalancedSlice } from '../../../server/report/factors/slices.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { arm, grid } from './arms.ts';

describe('sliceAlong', () => {
  it('averages every level over the same settings of the other factors, within seeds', () => {
    const arms = grid([1, 2, 3], [10, 20], 6, (a, b) => a + b / 100);
    arms.push(arm(6, { a: 2, b: 30 }, [9, 9, 9, 9, 9, 9])); // at one level alone
    const slice = sliceAlong('a', arms) as BalancedSlice;
    expect(slice).toMatchObject({ isBalanced: true, settings: 2, seeds: [0, 1, 2, 3, 4, 5] });
    expect(slice.levels.map(({ value, summary }) => [value, summary.mean])).toEqual([
      [1, expect.closeTo(1.15, 12)],
      [2, expect.closeTo(2.15, 12)],
      [3, expect.closeTo(3.15, 12)],
    ]);
    expect(slice.contrasts.map(({ from, to, summary }) => [from, to, summary.mean])).toEqual([
      [1, 2, expect.closeTo(1, 12)],
      [1, 3, expect.closeTo(2, 12)],
      [2, 3, expect.closeTo(1, 12)],
    ]);
  });

  it('is not confounded by an arm that only one level has: it becomes steps between neighbours', () => {
    // β = 0.45 met α = 0.9 alone, where everything is worse.
    const arms = [
      arm(0, { alpha: 0.5, beta: 0.1 }, [1, 1, 1, 1, 1, 1]),
      arm(1, { alpha: 0.9, beta: 0.1 }, [-5, -5, -5, -5, -5, -5]),
      arm(2, { alpha: 0.5, beta: 0.2 }, [2, 2, 2, 2, 2, 2]),
      arm(3, { alpha: 0.9, beta: 0.45 }, [-4, -4, -4, -4, -4, -4]),
    ];
    expect(sliceAlong('beta', arms)).toEqual({
      isBalanced: false,
      factor: 'beta',
      steps: [
        { from: 0.1, to: 0.2, settings: 1, change: expect.objectContaining({ mean: 1, n: 6 }) },
        { from: 0.2, to: 0.45, settings: 0, change: null },
      ],
    });
  });

  it('counts dead arms with a difference of 0, and leaves out ablations of their own', () => {
    const dead = arm(2, { a: 3 }, [0, 0, 0, 0, 0, 0], { isDead: true });
    const arms = [arm(0, { a: 1 }, [1, 2, 1, 2, 1, 2]), arm(1, { a: 2 }, [1, 1, 1, 1, 1, 1]), dead];
    const own = arm(3, { a: 4 }, [5, 5, 5, 5, 5, 5], { isOwnAblation: true });
    const slice = sliceAlong('a', [...arms, own]) as BalancedSlice;
    expect(slice.levels.map(({ value, summary }) => [value, summary.mean])).toEqual([
      [1, 1.5],
      [2, 1],
      [3, 0],
    ]);
    expect(sliceAlong('a', [arms[0]!])).toBeNull();
    expect(sliceAlong('b', arms)).toBeNull();
  });

  it('finds a difference between levels where there is none in at most 6 % of sweeps', () => {
    const repetitions = 600;
    let [level, contrast] = [0, 0];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const stream = new Stream(repetition, 'slice');
      const common = Array.from({ length: 8 }, () => stream.normal());
      const arms = [1, 2, 3, 4].flatMap((a, i) =>
        [1, 2].map((b, j) =>
          arm(
            2 * i + j,
            { a, b },
            common.map((value) => value + stream.normal()),
          ),
        ),
      );
      const slice = sliceAlong('a', arms) as BalancedSlice;
      if (slice.levels.some(({ p }) => p !== null && p < 0.05)) level++;
      if (slice.contrasts.some(({ p }) => p !== null && p < 0.05)) contrast++;
    }
    // A standard error of 0.9 % at 600 repetitions.
    expect(level / repetitions).toBeLessThan(0.068);
    expect(contrast / repetitions).toBeLessThan(0.068);
  });
});
