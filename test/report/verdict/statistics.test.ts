import { describe, expect, it } from 'vitest';
import { chiSquareQuantile } from '../../../server/report/statistics/chi-square.ts';
import { chosenEffect } from '../../../server/report/statistics/choice-effect.ts';
import { mcNemar } from '../../../server/report/statistics/mcnemar.ts';
import { neededSeeds } from '../../../server/report/statistics/needed-seeds.ts';
import { signFlipTest } from '../../../server/report/statistics/sign-flip-test.ts';
import { simultaneousFactors } from '../../../server/report/statistics/simultaneous.ts';
import { studentQuantile } from '../../../server/report/statistics/student.ts';
import { Stream } from '../../../server/sweep/random.ts';

/** Differences without any effect: rows that are correlated, since they share a control. */
function nothing(stream: Stream, rows: number, seeds: number, correlation = 0.5): number[][] {
  const shared = Array.from({ length: seeds }, () => stream.normal());
  return Array.from({ length: rows }, () =>
    shared.map((value) => Math.sqrt(correlation) * value + Math.sqrt(1 - correlation) * stream.normal()),
  );
}

function moments(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)) };
}

/** All patterns of signs, written as plainly as possible. */
function patterns(n: number): number[][] {
  return n === 0
    ? [[]]
    : patterns(n - 1).flatMap((rest) => [
        [1, ...rest],
        [-1, ...rest],
      ]);
}

describe('mcNemar', () => {
  // SciPy 1.17.1: scipy.stats.binomtest(b, b + c, 0.5).pvalue
  it.each([
    [5, 0, 0.0625],
    [0, 6, 0.03125],
    [8, 2, 0.109375],
    [3, 3, 1],
    [0, 0, 1],
    [12, 3, 0.03515625],
  ])('b = %d, c = %d', (b, c, expected) => {
    expect(mcNemar(b, c)).toBeCloseTo(expected, 14);
    expect(mcNemar(c, b)).toBe(mcNemar(b, c));
  });

  it('is the sign-flip test of pairs that are +1, −1 or 0', () => {
    for (let b = 0; b <= 6; b++)
      for (let c = 0; c <= 6; c++)
        expect(mcNemar(b, c)).toBeCloseTo(
          signFlipTest([...Array<number>(b).fill(1), ...Array<number>(c).fill(-1)]),
          12,
        );
  });
});

describe('chiSquareQuantile', () => {
  // SciPy 1.17.1: scipy.stats.chi2.ppf(share, freedom)
  it.each([
    [0.2, 1, 0.0641847546673016],
    [0.2, 3, 1.0051740130523492],
    [0.2, 5, 2.342534305841121],
    [0.2, 11, 6.988673512230545],
    [0.2, 12, 7.807327678660995],
    [0.5, 7, 6.345811195521515],
    [0.95, 1, 3.841458820694124],
    [0.05, 10, 3.9402991361190605],
    [0.2, 199, 182.04499969286553],
  ])('share %d, %d degrees of freedom', (share, freedom, expected) => {
    expect(chiSquareQuantile(share, freedom) / expected).toBeCloseTo(1, 12);
  });
});

describe('simultaneousFactors', () => {
  it('is the 95 % quantile of the largest |t| over all patterns of signs of centred differences', () => {
    for (const [rows, n] of [
      [1, 6],
      [3, 7],
      [5, 9],
    ] as const) {
      const differences = nothing(new Stream(1, 'rows', n), rows, n);
      const largest = patterns(n)
        .map((signs) =>
          Math.max(
            ...differences.map((row) => {
              const center = moments(row).mean;
              const { mean, sd } = moments(row.map((value, i) => signs[i]! * (value - center)));
              return Math.abs(mean) / (sd / Math.sqrt(n));
            }),
          ),
        )
        .sort((a, b) => a - b);
      const quantile = largest[Math.ceil(0.95 * largest.length) - 1]!;
      const [factor] = simultaneousFactors(differences);
      expect(factor! / Math.max(quantile, studentQuantile(0.95, n - 1))).toBeCloseTo(1, 9);
    }
  });

  it('has the size that it has in the text: 5.9 for 27 arms on 6 seeds, 3.9 on 12', () => {
    const typical = (seeds: number) => {
      const factors = Array.from(
        { length: 20 },
        (_, i) => simultaneousFactors(nothing(new Stream(i, 'size'), 27, seeds))[0]!,
      );
      return moments(factors).mean;
    };
    expect(typical(6)).toBeGreaterThan(5);
    expect(typical(6)).toBeLessThan(7);
    expect(typical(12)).toBeCloseTo(3.9, 0);
  });

  it('covers all rows together in 95 % of repetitions, where Student’s intervals cover in less than 80 %', () => {
    let [together, students] = [0, 0];
    const [rows, n, repetitions] = [10, 9, 1_000];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const differences = nothing(new Stream(repetition, 'cover'), rows, n);
      const [factor] = simultaneousFactors(differences);
      const farthest = Math.max(
        ...differences.map((row) => {
          const { mean, sd } = moments(row);
          return Math.abs(mean) / (sd / Math.sqrt(n));
        }),
      );
      if (farthest <= factor!) together++;
      if (farthest <= studentQuantile(0.95, n - 1)) students++;
    }
    expect(together / repetitions).toBeGreaterThan(0.925);
    expect(together / repetitions).toBeLessThan(0.975);
    expect(students / repetitions).toBeLessThan(0.8);
  });

  it('is Bonferroni’s where rows have seeds of their own', () => {
    const rows = [
      [1, 2, 3, 4, null],
      [1, 2, 3, 5, 7],
      [null, null, 3, 5, 7],
    ];
    const expected = [3, 4, 2].map((freedom) => studentQuantile(1 - 0.05 / 3, freedom));
    expect(simultaneousFactors(rows)).toEqual(expected);
  });

  it('draws patterns above 20 seeds, and is Student’s for rows without any spread', () => {
    const [factor] = simultaneousFactors(nothing(new Stream(3, 'many'), 5, 24));
    expect(factor).toBeGreaterThan(studentQuantile(0.95, 23));
    expect(factor).toBeLessThan(studentQuantile(1 - 0.05 / 5, 23) * 1.1);
    expect(simultaneousFactors([[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]])).toEqual([studentQuantile(0.95, 5)]);
  });
});

describe('chosenEffect', () => {
  it('chooses by the other seeds, and counts the seed that is left out', () => {
    // Without seed 0 the second row is best; without seed 1, and without seed 2, the first.
    expect(
      chosenEffect([
        [9, 0, 1],
        [1, 5, 3],
      ]),
    ).toBeCloseTo((1 + 0 + 1) / 3, 12);
    expect(chosenEffect([[1, 2]])).toBeNull();
    expect(chosenEffect([])).toBeNull();
  });

  it('shows nothing where there is nothing, and the best mean shows half a standard deviation', () => {
    const repetitions = 2_000;
    let [honest, best] = [0, 0];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const rows = nothing(new Stream(repetition, 'choice'), 27, 6, 0.5);
      honest += chosenEffect(rows)!;
      best += Math.max(...rows.map((row) => moments(row).mean));
    }
    expect(Math.abs(honest / repetitions)).toBeLessThan(0.03);
    expect(best / repetitions).toBeGreaterThan(0.5);
  });
});

describe('neededSeeds', () => {
  it('refuses to guess from three differences, and says where it is not worth it, or too much', () => {
    expect(neededSeeds([1, 2, 3], 1)).toBeNull();
    const spread = [1, -1, 1, -1, 1, -1];
    expect(neededSeeds(spread, 0)).toBe('notWorth');
    expect(neededSeeds(spread, -1)).toBe('notWorth');
    expect(neededSeeds(spread, 0.01)).toBe('notWorth');
    expect(neededSeeds(spread, 0.25)).toBe('tooMany');
    expect(neededSeeds(spread, 100)).toBe(6);
  });

  it('gives a power of 0.75 to 0.9 where the spread is known well', () => {
    // The spread is raised for what a few differences may hide; from many it is hardly raised.
    const known = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    for (const change of [0.6, 0.9]) {
      const n = neededSeeds(known, change) as number;
      let found = 0;
      const repetitions = 400;
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const stream = new Stream(repetition, 'power', n);
        if (signFlipTest(Array.from({ length: n }, () => stream.normal() + change)) < 0.05) found++;
      }
      expect(found / repetitions).toBeGreaterThan(0.75);
      expect(found / repetitions).toBeLessThan(0.9);
    }
  });
});
