import { describe, expect, it } from 'vitest';
import { summarisePairs } from '../../server/report/statistics/paired-summary.ts';
import { studentQuantile } from '../../server/report/statistics/student.ts';

// SciPy 1.17.1: scipy.stats.t.ppf((1 + share) / 2, freedom)
describe('studentQuantile', () => {
  it.each([
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 5, 2.5705818356363146],
    [0.95, 9, 2.262157162798205],
    [0.95, 11, 2.200985160091639],
    [0.95, 30, 2.0422724563012378],
    [0.95, 199, 1.9719565442517533],
    [0.99, 4, 4.604094871349992],
  ])('share %d, %d degrees of freedom', (share, freedom, expected) => {
    expect(studentQuantile(share, freedom) / expected).toBeCloseTo(1, 12);
  });
});

describe('summarisePairs', () => {
  // SciPy: scipy.stats.ttest_rel(a, b).confidence_interval(0.95) with a − b as given
  it('gives mean, sd (n − 1) and the 95 % interval', () => {
    const summary = summarisePairs([0.05, -0.01, 0.54, 0.48, 0.35, -0.17, 0.29, 0.65])!;
    expect(summary.n).toBe(8);
    expect(summary.mean).toBeCloseTo(0.2725, 12);
    expect(summary.low).toBeCloseTo(0.03008482216763042, 12);
    expect(summary.high).toBeCloseTo(0.5149151778323695, 12);
  });

  it('has no interval for a single pair, and nothing for none', () => {
    expect(summarisePairs([0.3])).toEqual({ n: 1, mean: 0.3, sd: null, low: null, high: null });
    expect(summarisePairs([])).toBeNull();
  });

  it('takes differences that are equal but for rounding as having no spread', () => {
    const summary = summarisePairs([0.98 - 0.97, 0.99 - 0.98, 0.01])!;
    expect(summary.sd).toBe(0);
    expect(summary.low).toBe(summary.high);
  });
});
