import { expect, test } from 'vitest';
import type { CurveItem } from '../../server/http/schemas/curves.ts';
import { toCurveChart, toMetricLooks, toPairLooks } from '../../web/series/curves.ts';

const curve = (run: string, metric: string, values: (number | null)[]): CurveItem => ({
  run,
  metric,
  raw: true,
  points: values.length,
  batches: values.map((_, index) => index * 50),
  values,
});
const curves = [
  curve('r1', 'val/accuracy', [0.1, 0.9, 0.95, 0.96, 0.97]),
  curve('r2', 'val/accuracy', [0.1, 0.9, 0.94, null, 0.96]),
];
const pair = { run: 'r1', controlRun: 'r2' };

test('a pair is two lines, the control grey and dashed behind', () => {
  const { shapes, marks, axes } = toCurveChart({
    title: 'accuracy',
    looks: toPairLooks(pair, 'val/accuracy', 2),
    curves,
    range: null,
    N: 100,
  });
  expect(shapes).toMatchObject([
    {
      id: 'r2/val/accuracy',
      label: 'without',
      ink: 'control',
      dash: 'dashed',
      x: [0, 50, 100, 150, 200],
      y: [0.1, 0.9, 0.94, null, 0.96],
    },
    { id: 'r1/val/accuracy', label: 'with', ink: 2, y: [0.1, 0.9, 0.95, 0.96, 0.97] },
  ]);
  expect(marks).toEqual([{ kind: 'vertical', xAxis: 'batch', at: 100, label: 'N = 100' }]);
  expect(axes).toEqual([
    { id: 'batch', direction: 'x', title: 'batch', min: 0, max: 200 },
    { id: 'value', direction: 'y', title: null, logarithmic: false, format: 'percent' },
  ]);
});

test('a late axis fits what comes after the first quarter, with a little room', () => {
  const { axes } = toCurveChart({
    title: 'accuracy',
    looks: toPairLooks(pair, 'val/accuracy', 0),
    curves,
    range: null,
    N: null,
    late: true,
  });
  expect(axes[1]).toMatchObject({
    min: expect.closeTo(0.9 - 0.07 * 0.06, 12),
    max: expect.closeTo(0.97 + 0.07 * 0.06, 12),
  });
});

test('a chosen stretch decides both axes', () => {
  const { axes } = toCurveChart({
    title: 'accuracy',
    looks: toPairLooks(pair, 'val/accuracy', 0),
    curves,
    range: { from: 100, to: 150 },
    N: null,
    late: true,
  });
  expect(axes[0]).toMatchObject({ min: 100, max: 150 });
  expect(axes[1]!.min).toBeCloseTo(0.94 - 0.03 * 0.06, 12);
});

test('a stretch without an end goes on to the last batch, even where nothing is recorded yet', () => {
  const axis = (from: number) =>
    toCurveChart({
      title: 'accuracy',
      looks: toPairLooks(pair, 'val/accuracy', 0),
      curves,
      range: { from, to: null },
      N: null,
    }).axes[0];
  expect(axis(100)).toMatchObject({ min: 100, max: 200 });
  expect(axis(900)).toMatchObject({ min: 900, max: 901 });
});

test('on a logarithmic axis a value that is not positive interrupts the line', () => {
  const zero = [curve('r1', 'train/truncated', [0.2, 0, -1, 0.1, null])];
  const { shapes, axes } = toCurveChart({
    title: 'terms',
    looks: toMetricLooks('r1', ['train/truncated']),
    curves: zero,
    range: null,
    N: null,
    logarithmic: true,
  });
  expect(shapes[0]).toMatchObject({ y: [0.2, null, null, 0.1, null] });
  expect(axes[1]).toMatchObject({ logarithmic: true, format: 'number' });
});

test('a run without points has no line', () => {
  expect(
    toCurveChart({ title: 'none', looks: toMetricLooks('r9', ['val/nc1']), curves, range: null, N: null }).shapes,
  ).toEqual([]);
});

test('metrics of one run get their full names where their short names are the same', () => {
  expect(toMetricLooks('r1', ['train/total', 'train/truncated']).map(({ label, ink }) => [label, ink])).toEqual([
    ['total loss', 0],
    ['truncated intra-class term', 1],
  ]);
  expect(toMetricLooks('r1', ['train/accuracy', 'val/accuracy']).map(({ label }) => label)).toEqual([
    'accuracy (training)',
    'accuracy (validation)',
  ]);
});
