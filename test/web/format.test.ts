import { expect, test } from 'vitest';
import { droppedWords } from '../../web/format/dropped.ts';
import { formatMetric, formatMetricDifference, formatSpread, metricLabel } from '../../web/format/metric.ts';
import {
  formatAmount,
  formatBytes,
  formatExact,
  formatFixed,
  formatNumber,
  formatPercent,
  formatSigned,
} from '../../web/format/number.ts';
import { formatParameter, parameterLabel } from '../../web/format/parameter.ts';
import { formatDuration } from '../../web/format/time.ts';

test.each([
  [0, '0'],
  [0.123456, '0.1235'],
  [-0.5, '−0.5'],
  [12345.6, '12,346'],
  [1e-5, '1e−5'],
  [-2.5e-7, '−2.5e−7'],
  [1e9, '1e9'],
  [null, '–'],
  [undefined, '–'],
  [NaN, '–'],
])('number %s', (value, text) => expect(formatNumber(value)).toBe(text));

test('percent, with a true minus and without a sign on nothing', () => {
  expect(formatPercent(0.97204)).toBe('97.20 %');
  expect(formatPercent(1)).toBe('100.00 %');
  expect(formatPercent(null)).toBe('–');
  expect(formatFixed(-0.004, 2)).toBe('0.00');
  expect(formatFixed(-1.005, 1)).toBe('−1.0');
});

test('differences carry their sign, unless the digits show none', () => {
  expect(formatSigned(0.25, (size) => size.toFixed(2))).toBe('+0.25');
  expect(formatSigned(-0.25, (size) => size.toFixed(2))).toBe('−0.25');
  expect(formatSigned(-0.001, (size) => size.toFixed(2))).toBe('0.00');
  expect(formatSigned(null, String)).toBe('–');
});

test('accuracies are percent and percent points, other metrics plain', () => {
  expect(formatMetric('val/accuracy', 0.5)).toBe('50.00 %');
  expect(formatMetric('val/accuracyCosine', 0.5)).toBe('50.00 %');
  expect(formatMetric('val/nc1', 0.5)).toBe('0.5');
  expect(formatSpread('val/accuracy', 0.0021)).toBe('0.21');
  expect(formatMetricDifference('val/accuracy', -0.0027)).toBe('−0.27 points');
  expect(formatMetricDifference('val/crossEntropy', 0.01234)).toBe('+0.0123');
  expect(metricLabel('train/gradient/intraClass')).toBe('intra-class gradient (training)');
  expect(metricLabel('val/unknown')).toBe('val/unknown');
});

test.each([
  [0, '0 s'],
  [0.04, '0 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [200, '3 min 20 s'],
  [3600, '1 h'],
  [3661, '1 h 1 min'],
  [86_400, '1 d'],
  [90_000, '1 d 1 h'],
  [null, '–'],
])('duration of %s s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test('numbers that differ by the noise of floating point alone are printed equally', () => {
  const [one, other] = [(0.24 + 0.21) / 2, (0.23 + 0.22) / 2] as const;
  expect(one).not.toBe(other);
  expect([formatPercent(one, 0), formatPercent(other, 0), formatPercent(-one, 0)]).toEqual(['23 %', '23 %', '−23 %']);
  expect(formatFixed(22.15, 1)).toBe('22.2');
  expect(formatNumber(0.1 + 0.2, 16)).toBe('0.3');
});

test('settings keep the digits they were written with', () => {
  expect(formatParameter(0.1)).toBe('0.1');
  expect(formatParameter(1e-8)).toBe('1e−8');
  expect(formatParameter(null)).toBe('–');
  expect(formatParameter('ema')).toBe('ema');
  expect(formatExact(-3)).toBe('−3');
  expect(parameterLabel('epsilon')).toBe('ε');
  expect(parameterLabel('training.optimizer.learningRate')).toBe('learningRate');
});

test('amounts and sizes', () => {
  expect(formatAmount(1, 'run')).toBe('1 run');
  expect(formatAmount(1200, 'run')).toBe('1,200 runs');
  expect(formatBytes(12_345_678)).toBe('12.3 MB');
  expect(formatBytes(0)).toBe('0 B');
  expect(droppedWords([{ constraint: 'α > β', count: 0 }])).toBe('none');
  expect(
    droppedWords([
      { constraint: 'γ > α > β', count: 3 },
      { constraint: 'α < 1', count: 1 },
    ]),
  ).toBe('3 by γ > α > β, 1 by α < 1');
});
