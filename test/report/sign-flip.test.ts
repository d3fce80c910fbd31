import { describe, expect, it } from 'vitest';
import { holm } from '../../server/report/statistics/holm.ts';
import { maxT } from '../../server/report/statistics/max-t.ts';
import { signFlipTest } from '../../server/report/statistics/sign-flip-test.ts';
import { Stream } from '../../server/sweep/random.ts';

const A = [
  [0.3, 0.45, 0.16, -0.15, 0.07, -0.2, 0.33, 0.97],
  [0.05, -0.01, 0.54, 0.48, 0.35, -0.17, 0.29, 0.65],
  [-0.37, 0.07, -0.65, -0.34, -0.62, 0.18, -0.33, 0.44],
  [0.38, 0.21, -0.96, 0.03, 0.28, 0.36, -0.47, 0.06],
];

describe('signFlipTest', () => {
  // SciPy 1.17.1: scipy.stats.permutation_test((a,), lambda x, axis: np.abs(np.mean(x, axis=axis)),
  //   permutation_type='samples', n_resamples=np.inf, alternative='greater').pvalue
  it.each([
    [0, 0.09375],
    [1, 0.046875],
    [2, 0.1875],
    [3, 0.9453125],
  ])('row %d as SciPy', (row, expected) => {
    expect(signFlipTest(A[row]!)).toBe(expected);
  });

  it('counts ties as ties, whatever the rounding', () => {
    // 0.1 + 0.2 is not 0.3 in floating point; |±0.1 ± 0.2 ± 0.3| reaches 0.6 in two of eight patterns and 0.4 in two
    // more.
    expect(signFlipTest([0.1, 0.2, 0.3])).toBe(0.25);
    expect(signFlipTest([0.98 - 0.97, 0.97 - 0.98, 0.99 - 0.98])).toBe(1);
  });

  it('cannot go under 2/2ⁿ, nor with zeros under 2/2^(n − zeros)', () => {
    expect(signFlipTest([1, 2, 3, 4, 5, 6])).toBe(2 / 64);
    expect(signFlipTest([1, 2, 3, 4, 0, 0])).toBe(2 / 16);
    expect(signFlipTest([0.3])).toBe(1);
    expect(signFlipTest([0, 0, 0])).toBe(1);
  });

  it('draws above 20 seeds: close to the normal tail, the same every time, never 0', () => {
    const stream = new Stream(1, 'test');
    const values = Array.from({ length: 24 }, () => stream.normal() + 0.45);
    const p = signFlipTest(values);
    expect(signFlipTest(values)).toBe(p);
    expect(signFlipTest(values.map(Math.abs))).toBe(1 / 100_001);
    // Exact over 2²⁴ patterns, from the distribution of the sums of the two halves.
    const half = (part: readonly number[]) =>
      part.reduce((sums, value) => sums.flatMap((sum) => [sum + value, sum - value]), [0]);
    const [left, right] = [half(values.slice(0, 12)), Float64Array.from(half(values.slice(12))).sort()];
    const observed = Math.abs(values.reduce((sum, value) => sum + value, 0)) - 1e-9;
    const above = (limit: number) => {
      let [low, high] = [0, right.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (right[middle]! >= limit) high = middle;
        else low = middle + 1;
      }
      return right.length - low;
    };
    const exact = (2 * left.reduce((hits, sum) => hits + above(observed - sum), 0)) / 2 ** 24;
    expect(Math.abs(p - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 100_000));
  });
});

describe('holm', () => {
  // statsmodels: multipletests([0.01, 0.04, 0.03, 0.005, 0.04], method='holm')[1]
  it('is as statsmodels has it', () => {
    holm([0.01, 0.04, 0.03, 0.005, 0.04]).forEach((value, i) =>
      expect(value).toBeCloseTo([0.04, 0.09, 0.09, 0.025, 0.09][i]!, 12),
    );
  });

  it('never exceeds 1', () => {
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
  });
});

/** The definition, word for word, one pattern after the other. */
function slowMaxT(rows: (number | null)[][]): number[] {
  const columns = rows[0]!.length;
  const t = (row: (number | null)[], signs: number[]): number => {
    const values = row.flatMap((value, i) => (value === null ? [] : [value * signs[i]!]));
    if (values.length === 1) return 0;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1));
    const largest = Math.max(...values.map(Math.abs));
    if (sd < 1e-6 * largest || largest === 0) return Math.abs(mean) > 0 ? Infinity : 0;
    return Math.abs(mean / (sd / Math.sqrt(values.length)));
  };
  const observed = rows.map((row) =>
    t(
      row,
      row.map(() => 1),
    ),
  );
  const order = observed
    .map((_, i) => i)
    .sort((a, b) => (observed[a] === observed[b] ? 0 : observed[b]! - observed[a]!));
  const hits = order.map(() => 0);
  for (let pattern = 0; pattern < 2 ** columns; pattern++) {
    const signs = Array.from({ length: columns }, (_, i) => ((pattern >> i) & 1 ? -1 : 1));
    const flipped = order.map((row) => t(rows[row]!, signs));
    order.forEach((row, k) => {
      if (Math.max(...flipped.slice(k)) >= observed[row]! * (1 - 1e-9)) hits[k]!++;
    });
  }
  const result: number[] = [];
  let running = 0;
  order.forEach((row, k) => {
    result[row] = running = Math.max(running, hits[k]! / 2 ** columns);
  });
  return result;
}

/**
 * The definition as it was computed pattern by pattern, with the sums put together from the same two halves and t² from
 * a division each time. p-values that papers print must stay the same to the last bit.
 */
function maxTByPattern(rows: (number | null)[][]): number[] {
  const columns = rows[0]!.length;
  const split = Math.floor(columns / 2);
  const statistics = rows.map((row) => {
    const values = row.filter((value) => value !== null);
    const n = values.length;
    const squares = values.reduce((sum, value) => sum + value * value, 0);
    const scale = squares > 0 ? 1 / (n * squares) : 0;
    const t2 = (sum: number) => {
      if (n < 2) return 0;
      const share = sum * sum * scale;
      return share >= 1 - 1e-9 ? Infinity : ((n - 1) * share) / (1 - share);
    };
    const slack = n * 1e-9 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return { t2, slack, observed: t2(Math.abs(values.reduce((sum, value) => sum + value, 0))) };
  });
  const order = rows.map((_, i) => i);
  order.sort((a, b) => {
    const [first, second] = [statistics[a]!.observed, statistics[b]!.observed];
    return first === second ? 0 : second - first;
  });
  const sumOf = (row: (number | null)[], pattern: number, from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += (pattern >> i) & 1 ? -(row[i] ?? 0) : (row[i] ?? 0);
    return sum;
  };
  const hits = order.map(() => 0);
  for (let pattern = 0; pattern < 2 ** (columns - 1); pattern++) {
    let largest = 0;
    for (let k = order.length - 1; k >= 0; k--) {
      const { t2, slack, observed } = statistics[order[k]!]!;
      const row = rows[order[k]!]!;
      const sum = sumOf(row, pattern, 0, split) + sumOf(row, pattern, split, columns);
      largest = Math.max(largest, t2(Math.abs(sum) + slack));
      if (largest >= observed) hits[k]!++;
    }
  }
  const result: number[] = [];
  let running = 0;
  order.forEach((row, k) => {
    result[row] = running = Math.max(running, hits[k]! / 2 ** (columns - 1));
  });
  return result;
}

describe('maxT', () => {
  it('is the same to the last bit as computed pattern by pattern, whether or not a row lacks a seed', () => {
    for (let trial = 0; trial < 60; trial++) {
      const stream = new Stream(trial, 'bits');
      const columns = 2 + stream.below(9);
      const rows = Array.from({ length: 1 + stream.below(12) }, () =>
        Array.from({ length: columns }, () => {
          if (trial % 2 === 1 && stream.below(10) === 0) return null;
          const value = stream.normal() * 10 ** -stream.below(4);
          return stream.below(4) === 0 ? Math.round(value * 10) / 10 : value;
        }),
      ).filter((row) => row.some((value) => value !== null));
      rows.push(
        rows[0]!,
        Array.from({ length: columns }, () => 1e-160),
      );
      expect(maxT(rows)).toEqual(maxTByPattern(rows));
    }
  });

  // NumPy 2, the step-down of Westfall and Young over all 256 patterns with itertools.product([1, -1], repeat=8)
  it('is as NumPy has it', () => {
    expect(maxT(A)).toEqual([0.2890625, 0.125, 0.3515625, 0.9453125]);
  });

  it('is its slow definition: rows with a common control, ties, zeros, missing seeds, no spread, a single pair', () => {
    for (let trial = 0; trial < 30; trial++) {
      const stream = new Stream(trial, 'max-t');
      const columns = 4 + stream.below(6);
      const control = Array.from({ length: columns }, () => stream.normal());
      const rows: (number | null)[][] = Array.from({ length: 1 + stream.below(6) }, () => {
        const effect = stream.uniform();
        return control.map((value) =>
          stream.below(12) === 0 ? null : Math.round(10 * (effect + 0.7 * stream.normal() - 0.5 * value)) / 10,
        );
      });
      rows.push(
        control.map(() => 0),
        control.map(() => 0.3),
        [...rows[0]!],
        control.map((_, seed) => (seed === 1 ? 0.4 : null)),
      );
      const usable = rows.filter((row) => row.some((value) => value !== null));
      expect(maxT(usable)).toEqual(slowMaxT(usable));
    }
  });

  it('leaves the other rows as they are beside one of a single pair, which can show nothing', () => {
    const whole = [0.3, 0.2, 0.4, 0.3, 0.2, 0.1];
    expect(maxT([whole, [null, null, 0.9, null, null, null]])).toEqual([2 / 64, 1]);
  });

  it('recognises every pattern of a row with hardly any spread', () => {
    const tight = [0.2, 0.2000001, 0.2000002, 0.1999999, 0.2000003, 0.2];
    expect(maxT([tight, [0.1, -0.1, 0.2, 0.05, -0.3, 0.1]])[0]).toBe(2 / 64);
  });

  it('draws above 20 seeds: the draws of 32 seeds and of 40 are not mixed up, whoever comes first', () => {
    const stream = new Stream(6, 'words');
    const rows = [24, 40, 24].map((seeds) => [0, 1].map(() => Array.from({ length: seeds }, () => stream.normal())));
    const [few, many, fewAgain] = rows.map(maxT);
    expect([maxT(rows[0]!), maxT(rows[1]!), maxT(rows[2]!)]).toEqual([few, many, fewAgain]);
    // The first words of a draw are the same however many seeds there are, so zeros beside the 24 change nothing.
    const padded = rows[0]!.map((row) => [...row, ...Array.from({ length: 16 }, () => null)]);
    expect(maxT(padded)).toEqual(few);
  });

  it('takes 13 rows and 20 seeds in its stride, and agrees with the single test where there is one row', () => {
    const stream = new Stream(5, 'large');
    const rows = Array.from({ length: 13 }, (_, row) => Array.from({ length: 20 }, () => stream.normal() + row / 13));
    const corrected = maxT(rows);
    rows.forEach((row, i) => expect(corrected[i]).toBeGreaterThanOrEqual(signFlipTest(row)));
    expect(maxT([rows[3]!])[0]).toBe(signFlipTest(rows[3]!));
  });
});
