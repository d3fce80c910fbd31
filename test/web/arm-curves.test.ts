import { expect, test } from 'vitest';
import type { ArmCurve, ArmCurves, MeanLine } from '../../server/http/schemas/arm-curves.ts';
import { facetsOf, toArmCurveChart } from '../../web/series/arm-curves.ts';

const line = (...mean: (number | null)[]): MeanLine => ({
  x: mean.map((_, i) => 10 * i),
  n: mean.map(() => 6),
  mean,
  low: mean.map((value) => (value === null ? null : value - 0.01)),
  high: mean.map((value) => (value === null ? null : value + 0.01)),
});

const arm = (index: number, more: Partial<ArmCurve> = {}): ArmCurve => ({
  arm: index,
  name: `arm${index}`,
  switchAt: 10,
  with: line(0.1, 0.5, 0.8),
  without: line(0.1, 0.5, 0.78),
  difference: line(0, 0, 0.02),
  seeds: [],
  ...more,
});

const answer = (arms: ArmCurve[], more: Partial<ArmCurves> = {}): ArmCurves => ({
  metric: 'val/accuracy',
  band: 'sd',
  x: 'batch',
  axes: ['batch'],
  arms,
  others: [],
  spread: null,
  ...more,
});
const look = { view: 'arms', logarithmic: false, late: false, inkOf: (index: number) => index - 3 } as const;

test('with and without are one colour, solid and dashed; the tooltip has value, n and band', () => {
  const whole = answer([arm(3), arm(4)]);
  const { shapes, marks } = toArmCurveChart(whole, whole.arms, look);
  const lines = shapes.flatMap((shape) => (shape.kind === 'line' ? [shape] : []));
  expect(lines.map(({ label, ink, dash }) => [label, ink, dash ?? 'solid'])).toEqual([
    ['arm3, without', 0, 'dashed'],
    ['arm3, with', 0, 'solid'],
    ['arm4, without', 1, 'dashed'],
    ['arm4, with', 1, 'solid'],
  ]);
  expect(shapes.filter(({ kind }) => kind === 'band').map(({ id }) => id)).toEqual(['band/with/3', 'band/with/4']);
  const alone = toArmCurveChart(whole, whole.arms.slice(0, 1), look);
  expect(alone.shapes.filter(({ kind }) => kind === 'band')).toHaveLength(2);
  expect(lines[1]!.notes![2]).toBe('n = 6 [79.00 %, 81.00 %]');
  expect(marks).toEqual([{ kind: 'vertical', xAxis: 'x', at: 10, label: 'phase begins' }]);
});

test('differences are in points around a zero line, without the arms behind them', () => {
  const others = [{ name: 'other', line: line(0.1, 0.2, 0.3) }];
  const whole = answer([arm(3)], { others });
  expect(toArmCurveChart(whole, whole.arms, look).shapes[0]).toMatchObject({ id: 'band/other/other', ink: 'faint' });
  const { shapes, axes, marks } = toArmCurveChart(whole, whole.arms, { ...look, view: 'difference' });
  const drawn = shapes.find(({ kind }) => kind === 'line')!;
  expect(drawn).toMatchObject({ label: 'arm3', series: 'arm3, with − without', y: [0, 0, 2] });
  expect(axes[1]).toMatchObject({ title: 'with − without (points)', format: 'signed' });
  expect(marks[0]).toEqual({ kind: 'zero', yAxis: 'value' });
  expect(shapes.map(({ ink }) => ink)).not.toContain('faint');
});

test('a gap interrupts a line; what is not positive has no place on a logarithmic axis', () => {
  const whole = answer([arm(3, { with: line(0, null, 0.8), without: null })]);
  const at = (logarithmic: boolean) =>
    toArmCurveChart(whole, whole.arms, { ...look, logarithmic }).shapes.find(({ kind }) => kind === 'line');
  expect(at(false)).toMatchObject({ y: [0, null, 0.8] });
  expect(at(true)).toMatchObject({ y: [null, null, 0.8] });
});

test('arms that switch at different batches have no one mark; panels go by a parameter', () => {
  const arms = [arm(3), arm(4, { switchAt: 20 }), arm(5)];
  const whole = answer(arms);
  expect(toArmCurveChart(whole, arms, look).marks).toEqual([]);
  const facets = facetsOf(arms, (index) => `α = ${index === 4 ? 0.9 : 0.5}`);
  expect(facets.map(({ label, members }) => [label, members.map((member) => member.arm)])).toEqual([
    ['α = 0.5', [3, 5]],
    ['α = 0.9', [4]],
  ]);
  expect(toArmCurveChart(whole, facets[1]!.members, look).marks).toHaveLength(1);
  expect(facetsOf(arms, null)).toEqual([{ label: '', members: arms }]);
});
