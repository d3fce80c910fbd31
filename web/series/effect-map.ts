import type { ShownFactors, ShownMap, ShownMapCell } from '../../server/http/schemas/factors.ts';
import type { ParamValue } from '../../server/sweep/arm.ts';
import { formatRounded, parameterLabel } from '../format/parameter.ts';
import type { Axis, CellMark, ChartSpec } from './chart-spec.ts';
import { toneOf } from './tone.ts';

const axes = { xAxis: 'x', yAxis: 'y' } as const;

/** The difference to the control over two parameters: colour and number in each cell. */
export function toMapChart({ x, y, columns, rows, cells }: ShownMap): ChartSpec {
  const placed = cells.flatMap((line, row) => line.map((cell, column) => ({ cell, row, column })));
  const where = (column: number, row: number) =>
    `${x.symbol} ${formatRounded(columns[column])}, ${y.symbol} ${formatRounded(rows[row])}`;
  return {
    description: `Difference to the control by ${x.symbol} and ${y.symbol}: ${placed
      .map(({ cell, row, column }) => `${where(column, row)}: ${wordsOf(cell)}`)
      .join('; ')}`,
    axes: [
      { id: 'x', direction: 'x', title: parameterLabel(x.name), categories: columns.map(formatRounded), isTight: true },
      { id: 'y', direction: 'y', title: parameterLabel(y.name), categories: rows.map(formatRounded), isTight: true },
    ],
    shapes: [
      {
        ...axes,
        kind: 'points',
        id: 'cells',
        ink: 'faint',
        label: '',
        symbol: 'circle',
        size: 0,
        x: placed.map(({ column }) => column),
        y: placed.map(({ row }) => row),
        notes: placed.map(({ cell, row, column }) => `${where(column, row)}: ${wordsOf(cell)}`),
      },
    ],
    marks: placed.map(({ cell, row, column }): CellMark => ({
      kind: 'cell',
      ...axes,
      x: column,
      y: row,
      ...lookOf(cell),
    })),
  };
}

function lookOf(cell: ShownMapCell): Omit<CellMark, 'kind' | 'xAxis' | 'yAxis' | 'x' | 'y'> {
  if (!('text' in cell)) {
    const isInfeasible = cell.kind === 'infeasible';
    return {
      tone: null,
      text: isInfeasible ? '' : '–',
      isPale: false,
      isOutlined: false,
      isHatched: isInfeasible,
      hasCorner: false,
    };
  }
  const isDead = cell.kind === 'dead';
  return {
    tone: isDead ? 0 : cell.tone,
    text: isDead ? '0 dead' : cell.text.split(' ')[0]!,
    isPale: cell.isUncertain,
    isOutlined: cell.isSignificant,
    isHatched: false,
    hasCorner: !cell.isBalanced,
  };
}

function wordsOf(cell: ShownMapCell): string {
  if (cell.kind === 'infeasible') return 'left out by the constraints';
  if (!('text' in cell)) return 'not run';
  if (cell.kind === 'dead') return '0: the term was dead in every run';
  const p = cell.p === null ? 'p –' : `p = ${cell.p}`;
  return `${cell.text}, ${p}, ${cell.n} seeds${cell.isBalanced ? '' : ', over other settings than most cells'}`;
}

/** Every arm by two of its parameters, coloured by its difference, where the values are too many for a map. */
export function toEffectScatter({ factors, arms, better }: ShownFactors, x: string, y: string): ChartSpec {
  const [ofX, ofY] = [x, y].map((name) => factors.findIndex((factor) => factor.name === name)) as [number, number];
  const limit = Math.max(0, ...arms.map(({ mean }) => Math.abs(mean))) || 1;
  const sign = better === 'below' ? -1 : 1;
  const toned = arms.map((arm) => ({ ...arm, tone: toneOf(arm.mean, limit, sign).tone }));
  const tones = [...new Set(toned.map(({ tone }) => tone))].sort((a, b) => Math.abs(a) - Math.abs(b));
  const numberOf = (value: ParamValue | undefined) => (typeof value === 'number' ? value : NaN);
  return {
    description: `Difference to the control of ${arms.length} arms by ${parameterLabel(x)} and ${parameterLabel(y)}`,
    axes: [axisOf('x', x, ofX, arms), axisOf('y', y, ofY, arms)],
    shapes: tones.map((tone) => {
      const own = toned.filter((arm) => arm.tone === tone);
      return {
        ...axes,
        kind: 'points',
        id: `tone/${tone}`,
        ink: { tone },
        label: '',
        symbol: 'circle',
        size: 6,
        x: own.map(({ values }) => numberOf(values[ofX])),
        y: own.map(({ values }) => numberOf(values[ofY])),
        notes: own.map(({ name, mean }) => `${name}: ${formatRounded(mean)}`),
      };
    }),
    marks: [],
  };
}

function axisOf(id: 'x' | 'y', name: string, place: number, arms: ShownFactors['arms']): Axis {
  const values = arms.flatMap((arm) => (typeof arm.values[place] === 'number' ? [arm.values[place]] : []));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || 1) * 0.05;
  return { id, direction: id, title: parameterLabel(name), min: low - margin, max: high + margin };
}
