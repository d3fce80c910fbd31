import { expect, it } from 'vitest';
import type { ShownFactors, ShownMap, ShownMapCell } from '../../server/http/schemas/factors.ts';
import { toEffectScatter, toMapChart } from '../../web/series/effect-map.ts';
import type { CellMark, PointsShape } from '../../web/series/chart-spec.ts';

const shownCell = {
  kind: 'shown' as const,
  n: 6,
  arms: [1],
  mean: 0.2,
  interval: [0.1, 0.3] as [number, number],
  text: '+0.20 [0.10, 0.30]',
  p: '0.031',
  isSignificant: true,
  isUncertain: false,
  isBalanced: true,
  tone: 3,
};

const map = (cells: ShownMapCell[][]): ShownMap => ({
  x: { name: 'beta', symbol: 'β' },
  y: { name: 'N', symbol: 'N' },
  columns: [0.1, 0.2],
  rows: [8, 20],
  limit: 0.2,
  cells,
});

it('gives each cell its colour, number and marks, and tells four kinds of empty apart', () => {
  const spec = toMapChart(
    map([
      [shownCell, { ...shownCell, kind: 'dead', isSignificant: false, isUncertain: true, isBalanced: false }],
      [{ kind: 'infeasible' }, { kind: 'notRun' }],
    ]),
  );
  const marks = spec.marks as CellMark[];
  expect(marks.map(({ x, y, tone, text }) => [x, y, tone, text])).toEqual([
    [0, 0, 3, '+0.20'],
    [1, 0, 0, '0 dead'],
    [0, 1, null, ''],
    [1, 1, null, '–'],
  ]);
  expect(
    marks.map(({ isOutlined, isPale, isHatched, hasCorner }) => [isOutlined, isPale, isHatched, hasCorner]),
  ).toEqual([
    [true, false, false, false],
    [false, true, false, true],
    [false, false, true, false],
    [false, false, false, false],
  ]);
  const { notes } = spec.shapes[0] as PointsShape;
  expect(notes).toEqual([
    'β 0.1, N 8: +0.20 [0.10, 0.30], p = 0.031, 6 seeds',
    'β 0.2, N 8: 0: the term was dead in every run',
    'β 0.1, N 20: left out by the constraints',
    'β 0.2, N 20: not run',
  ]);
});

it('colours the dots of a random search by what is better', () => {
  const shown: ShownFactors = {
    metric: 'val/crossEntropy',
    at: 'last',
    unit: '',
    better: 'below',
    factors: [
      { name: 'beta', symbol: 'β' },
      { name: 'alpha', symbol: 'α' },
    ],
    slices: [],
    importance: [],
    distances: null,
    trends: [],
    map: null,
    arms: [0.4, 0, -0.4].map((mean, arm) => ({ arm, name: `arm${arm}`, mean, n: 1, values: [arm / 10, 1 + arm] })),
  };
  const spec = toEffectScatter(shown, 'alpha', 'beta');
  const places = spec.shapes.map((shape) => [shape.ink, (shape as PointsShape).x, (shape as PointsShape).y]);
  expect(places).toEqual([
    [{ tone: 0 }, [2], [0.1]],
    [{ tone: -4 }, [1], [0]],
    [{ tone: 4 }, [3], [0.2]],
  ]);
  const [x] = spec.axes;
  expect(x!.min! < 1 && x!.max! > 3).toBe(true);
});
