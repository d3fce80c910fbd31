import { expect, test } from 'vitest';
import type { ConfirmReport } from '../../server/http/schemas/confirm.ts';
import { differenceWords, sideWords, testWords } from '../../web/series/confirmation.ts';

const report: ConfirmReport = {
  sweepId: 's2',
  name: 'confirm',
  confirms: { sweep: 's1', arm: 12 },
  metric: 'test/accuracy',
  unit: '%',
  goal: 'maximize',
  part: 'test',
  images: 1000,
  seeds: [3, 4, 5],
  arm: { name: 'β0.4', n: 3, mean: 0.5383, sd: 0.0153, diverged: 0, dead: 0 },
  control: { name: 'noIntra', n: 3, mean: 0.5273, sd: 0.0187, diverged: 0 },
  difference: { n: 3, mean: 0.011, sd: 0.0147, low: -0.0256, high: 0.0476, p: 0.5, better: 2 },
  test: 'sign-flip test',
  smallestP: 0.25,
  missing: [],
  notes: [],
};

test('the one paired test in words', () => {
  expect(differenceWords(report)).toBe('+1.10 points, p = 0.5');
  expect(testWords(report)).toBe(
    "With minus without, better on 2 of 3 seeds; Student's 95 % interval −2.56 points to +4.76 points; sign-flip test",
  );
  expect(sideWords(report.metric, report.arm)).toBe('53.83 % ± 1.53');
});

test('a missing number is said to be missing and not made up', () => {
  expect(differenceWords({ ...report, difference: null })).toBe('No pair is complete yet');
  expect(testWords({ ...report, difference: null })).toBe('sign-flip test');
  expect(differenceWords({ ...report, difference: { ...report.difference!, p: null } })).toBe(
    '+1.10 points, p withheld',
  );
  expect(testWords({ ...report, difference: { ...report.difference!, low: null, high: null } })).toBe(
    'With minus without, better on 2 of 3 seeds; sign-flip test',
  );
  expect(sideWords(report.metric, { mean: null, sd: null })).toBe('no complete run');
});
