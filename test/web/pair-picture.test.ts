import { expect, test } from 'vitest';
import type { Group, Picture } from '../../server/http/schemas/picture.ts';
import { toPicture } from '../../web/series/pair-picture.ts';
import type { LineShape, PointsShape, ChartShape } from '../../web/series/chart-spec.ts';

const group: Group = {
  arm: 3,
  name: 'β0.1 N200',
  beta: 0.1,
  epsilon: 0.02,
  label: 'β = 0.1',
  batches: [0, 200, 300, 400],
  seeds: [
    { seed: 1, values: [0, 0, 0.002, 0.003] },
    { seed: 2, values: [0, 0, null, 0.001] },
  ],
  mean: [0, 0, 0.002, 0.002],
  low: [0, 0, null, 0.0005],
  high: [0, 0, null, 0.0035],
  leavesZeroAt: 400,
  final: [
    { seed: 1, value: 0.003 },
    { seed: 2, value: 0.001 },
  ],
  finalMean: 0.002,
  finalLow: 0.0005,
  finalHigh: 0.0035,
  pMaxT: 0.5,
  truncated: { batches: [200, 300], values: [0.2, 0.1] },
  cosine: { batches: [0, 400], values: [0.5, 0.9] },
  dead: [],
};
const deadGroup: Group = {
  ...group,
  arm: 4,
  beta: 0.2,
  label: 'β = 0.2',
  leavesZeroAt: null,
  truncated: { batches: [200], values: [0] },
  dead: [{ from: 200, to: 400 }],
};

const picture: Picture = {
  metric: { name: 'val/accuracy', goal: 'maximize' },
  title: 'β = 0.1 helps',
  unit: 'points',
  scale: 100,
  yRange: [-0.1, 0.4],
  panels: [
    {
      N: 200,
      label: 'N = ½',
      end: 400,
      groups: [group, deadGroup],
      controlSpread: { batches: [0, 400], sd: [0.001, null] },
    },
    { N: 0, label: 'N = 0', end: 400, groups: [{ ...deadGroup, arm: 5 }], controlSpread: { batches: [], sd: [] } },
  ],
};
const { panels, legend } = toPicture(picture);
const first = panels[0]!.spec;
const shape = <Kind extends ChartShape = LineShape>(id: string, spec = first): Kind =>
  spec.shapes.find((candidate) => candidate.id === id) as Kind;

test('differences are shown in the unit of the axis', () => {
  expect(shape('mean/3').y).toEqual([0, 0, 0.2, 0.2]);
  expect(shape('seed/3/1').y).toEqual([0, 0, 0.2, 0.3]);
  expect(shape('seed/3/2').y).toEqual([0, 0, null, 0.1]);
  expect(shape('band/3')).toMatchObject({ low: [0, 0, null, 0.05], high: [0, 0, null, expect.closeTo(0.35, 12)] });
  expect(first.axes.find(({ id }) => id === 'difference')).toMatchObject({
    min: -0.1,
    max: 0.4,
    title: 'with − without (points)',
  });
});

test('a late axis fits zero, the ends and everything after the first quarter', () => {
  const noisy = { ...group, seeds: [{ seed: 1, values: [0.9, 0, 0.002, 0.003] }] };
  const { spec } = toPicture({ ...picture, panels: [{ ...picture.panels[0]!, groups: [noisy] }] }, true).panels[0]!;
  // From 0 to the upper end of the interval, 0.35 points, and 6 % of that around it.
  expect(spec.axes.find(({ id }) => id === 'difference')).toMatchObject({
    min: expect.closeTo(-0.021, 12),
    max: expect.closeTo(0.371, 12),
  });
});

test('a label has one colour in all panels', () => {
  expect(legend).toEqual([
    { label: 'β = 0.1', ink: 0 },
    { label: 'β = 0.2', ink: 1 },
  ]);
  expect(shape('mean/4').ink).toBe(1);
  expect(shape('mean/5', panels[1]!.spec).ink).toBe(1);
});

test('the mean is bold and lies before the thin lines of the seeds', () => {
  expect(shape('mean/3').weight).toBe('bold');
  expect(shape('seed/3/1').weight).toBe('thin');
  const ids = first.shapes.map(({ id }) => id);
  expect(ids.indexOf('mean/3')).toBeGreaterThan(ids.indexOf('seed/4/2'));
  expect(ids[0]).toBe('spread');
});

test('up to N both runs of a pair are the same; with N = 0 there is no such stretch', () => {
  expect(first.marks).toContainEqual({ kind: 'area', xAxis: 'batch', from: 0, to: 200, label: 'same run' });
  expect(panels[1]!.spec.marks.some(({ kind }) => kind === 'area')).toBe(false);
});

test('the band that leaves zero is ticked, the dead term hatched in its own lane and colour', () => {
  expect(first.marks.filter(({ kind }) => kind === 'tick')).toEqual([
    { kind: 'tick', xAxis: 'batch', yAxis: 'difference', at: 400, lane: 0, ink: 0 },
  ]);
  expect(first.marks.filter(({ kind }) => kind === 'hatch')).toEqual([
    { kind: 'hatch', xAxis: 'batch', yAxis: 'truncated', from: 200, to: 400, lane: 1, lanes: 2, ink: 1 },
  ]);
});

test('final differences stand side by side with their mean and interval', () => {
  const dots = shape<PointsShape>('final/4');
  expect(dots.x).toEqual([0.75, 1.25]);
  expect(dots.y).toEqual([expect.closeTo(0.3, 12), 0.1]);
  expect(dots.notes).toEqual(['seed 1', 'seed 2']);
  expect(shape<PointsShape>('finalMean/4')).toMatchObject({ x: [1], y: [0.2] });
  expect(shape('interval/4')).toMatchObject({ x: [1, 1], y: [0.05, expect.closeTo(0.35, 12)] });
});

test('a single pair has no interval', () => {
  const alone = { ...group, final: [{ seed: 1, value: 0.003 }], finalMean: 0.003, finalLow: null, finalHigh: null };
  const { spec } = toPicture({ ...picture, panels: [{ ...picture.panels[0]!, groups: [alone] }] }).panels[0]!;
  expect(shape<PointsShape>('final/3', spec).x).toEqual([0]);
  expect(spec.shapes.some(({ id }) => id === 'interval/3')).toBe(false);
  expect(shape<PointsShape>('finalMean/3', spec).y).toEqual([0.3]);
});

test('strips share their range over all panels, and a term dead everywhere keeps zero at the bottom', () => {
  const axis = (id: string, spec = first) => spec.axes.find((candidate) => candidate.id === id)!;
  expect(axis('truncated')).toMatchObject({ min: expect.closeTo(-0.0176, 12), max: expect.closeTo(0.22, 12) });
  expect(axis('truncated', panels[1]!.spec)).toEqual(axis('truncated'));
  expect(axis('cosine')).toMatchObject({ min: expect.closeTo(0.468, 12), max: expect.closeTo(0.964, 12) });
  const dead = toPicture({ ...picture, panels: [picture.panels[1]!] }).panels[0]!.spec;
  expect(axis('truncated', dead)).toMatchObject({ min: -0.08, max: 1 });
});

test('the stripe is the spread of the control on both sides of zero', () => {
  expect(shape('spread')).toMatchObject({ low: [-0.1, null], high: [0.1, null] });
});

test('a reader who cannot see the picture is told its numbers', () => {
  expect(first.description).toBe(
    'N = ½: val/accuracy with minus without the intra-class phase by batch, in points; ' +
      'at the end β = 0.1: 0.2 [0.05, 0.35]; β = 0.2: 0.2 [0.05, 0.35]',
  );
});
