import { describe, expect, it } from 'vitest';
import type { ComparedArm } from '../../../server/report/verdict/compared-arm.ts';
import { overallEffect } from '../../../server/report/verdict/overall-effect.ts';
import { sliceAlong, type BalancedSlice } from '../../../server/report/verdict/slices.ts';
import { signFlipTest } from '../../../server/report/statistics/sign-flip-test.ts';
import { summarisePairs } from '../../../server/report/statistics/paired-summary.ts';
import { Stream } from '../../../server/sweep/random.ts';

function arm(
  index: number,
  setting: ComparedArm['setting'],
  differences: readonly (number | null)[],
  more: Partial<ComparedArm> = {},
): ComparedArm {
  const bySeed = differences.flatMap((value, seed) => (value === null ? [] : [[seed, value] as const]));
  return {
    index,
    name: `arm${index}`,
    setting,
    differences: new Map(bySeed),
    isDead: false,
    sameAs: null,
    isOwnAblation: false,
    ...more,
  };
}

/** A grid of two factors, with a difference as asked for. */
function grid(as: readonly number[], bs: readonly number[], seeds: number, of: (a: number, b: number) => number) {
  return as.flatMap((a, i) =>
    bs.map((b, j) =>
      arm(
        i * bs.length + j,
        { a, b },
        Array.from({ length: seeds }, () => of(a, b)),
      ),
    ),
  );
}

describe('overallEffect', () => {
  const rows = [
    [0.3, 0.2, 0.5, 0.4, 0.1, 0.6, 0.2],
    [0.1, 0.4, 0.1, 0.2, 0.3, 0.2, null],
  ];

  it('averages the arms within each seed, over the seeds that all have', () => {
    const averages = [0.2, 0.3, 0.3, 0.3, 0.2, 0.4];
    const effect = overallEffect(rows.map((row, i) => arm(i, {}, row)))!;
    const { n, mean, low } = summarisePairs(averages)!;
    expect(effect).toMatchObject({ arms: 2, n: 6, p: 0.03125 });
    expect([n, effect.mean, effect.low]).toEqual([6, expect.closeTo(mean, 12), expect.closeTo(low!, 12)]);
    expect(effect.p).toBe(signFlipTest(averages));
  });

  it('counts a computation once, and leaves out dead arms and ablations of their own', () => {
    const [own, other] = rows.map((row, i) => arm(i, {}, row));
    const left = [
      arm(2, {}, rows[0]!, { sameAs: 0 }),
      arm(3, {}, [0, 0, 0, 0, 0, 0], { isDead: true }),
      arm(4, {}, [9, 9, 9, 9, 9, 9], { isOwnAblation: true }),
      arm(5, {}, []),
    ];
    expect(overallEffect([own!, other!, ...left])).toEqual({
      ...overallEffect([own!, other!]),
      leftOut: { dead: 1, same: 1, ablation: 1 },
    });
    expect(overallEffect([left[1]!, left[3]!])).toBeNull();
  });

  it('has no p where none could reach 0.05', () => {
    expect(overallEffect([arm(0, {}, [1, 2, 3, 4, 5])])).toMatchObject({ n: 5, p: null });
    expect(overallEffect([arm(0, {}, [1, 2, 3, 4, 5, 0])])).toMatchObject({ n: 6, p: null });
  });
});

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
