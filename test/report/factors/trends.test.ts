import { describe, expect, it } from 'vitest';
import { trendsOf } from '../../../server/report/factors/trends.ts';
import { correlation, ranks } from '../../../server/report/statistics/rank-correlation.ts';
import { Stream } from '../../../server/sweep/random.ts';
import { arm } from './arms.ts';

describe('ranks and correlation', () => {
  it('shares ranks between equal values, and is Spearman’s ρ as SciPy gives it', () => {
    expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
    // scipy.stats.spearmanr([1, 2, 3, 4, 5, 5], [2, 1, 4, 3, 7, 5])
    expect(correlation(ranks([1, 2, 3, 4, 5, 5]), ranks([2, 1, 4, 3, 7, 5]))).toBeCloseTo(0.8696565534786727, 12);
    expect(correlation([1, 1], [1, 2])).toBe(0);
  });
});

describe('trendsOf', () => {
  const drawn = (effect: (a: number) => number, seed: number, count = 40) => {
    const stream = new Stream(seed, 'drawn');
    return Array.from({ length: count }, (_, index) => {
      const [a, b] = [stream.uniform(), stream.uniform()];
      return arm(index, { a, b }, [effect(a) + stream.normal(), effect(a) + stream.normal()]);
    });
  };

  it('finds what rises with a parameter, and gives the same p each time', () => {
    const arms = drawn((a) => 4 * a, 4);
    const [a, b] = trendsOf(['a', 'b'], arms);
    expect(a).toMatchObject({ factor: 'a', arms: 40 });
    expect(a!.rho).toBeGreaterThan(0.5);
    // Nothing among 10,000 orders is as strong: the smallest p, times the two parameters.
    expect(a!.p).toBeCloseTo(2 / 10_001, 12);
    expect(b!.p).toBeGreaterThan(0.05);
    expect(trendsOf(['a', 'b'], arms)).toEqual([a, b]);
  });

  it('has no p under ten arms a parameter, and leaves out what does not vary or is no number', () => {
    expect(
      trendsOf(
        ['a', 'b'],
        drawn((a) => 4 * a, 2, 19),
      ).map(({ p }) => p),
    ).toEqual([null, null]);
    const named = [arm(0, { kind: 'x', same: 1 }, [1]), arm(1, { kind: 'y', same: 1 }, [2])];
    expect(trendsOf(['kind', 'same'], named)).toEqual([]);
  });

  it('calls at most 6 % of sweeps without a trend one', () => {
    const sweeps = 80;
    const found = Array.from({ length: sweeps }, (_, seed) =>
      trendsOf(
        ['a', 'b'],
        drawn(() => 0, 100 + seed, 20),
      ).some(({ p }) => p !== null && p < 0.05),
    );
    // 2.5 % standard error at eighty sweeps.
    expect(found.filter(Boolean).length / sweeps).toBeLessThan(0.06 + 2 * 0.025);
  });
});
