import type { ChartConfiguration, ChartDataset, ScaleOptionsByType, TooltipItem } from 'chart.js';
import { formatFixed, formatNumber, formatSigned } from '../format/number.ts';
import type { Axis, BandShape, ChartSpec, LineShape, PointsShape, ChartShape } from '../series/chart-spec.ts';
import { niceTicks } from '../series/ticks.ts';
import { toColour, withOpacity, type Palette } from './palette.ts';

export type LineConfig = ChartConfiguration<'line', Point[]>;
/** `id` tells which dataset of the drawn chart is the same one after an update. */
export type LineData = ChartDataset<'line', Point[]> & { id: string };

interface Point {
  x: number;
  y: number;
}

const widths = { thin: 1, normal: 1.6, bold: 2.8 };
const dashes = { dashed: [6, 4], dotted: [2, 3] };

/** Chart.js's configuration of a chart: the one place that knows how shapes look. */
export function toConfig(spec: ChartSpec, palette: Palette): LineConfig {
  return {
    type: 'line',
    data: { datasets: spec.shapes.flatMap((shape, index) => toDatasets(shape, spec.shapes.length - index, palette)) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      spanGaps: false,
      interaction: { mode: 'nearestNamed', intersect: false },
      layout: { padding: { top: 4, right: 6 } },
      scales: Object.fromEntries(spec.axes.map((axis, index) => [axis.id, toScale(axis, index, spec.axes, palette)])),
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: { title: (items) => titleOf(items, spec), label: (item) => textOf(item, spec) },
          usePointStyle: true,
          boxPadding: 4,
        },
        cosweepMarks: { marks: spec.marks, palette },
      },
    },
  };
}

function toDatasets(shape: ChartShape, order: number, palette: Palette): LineData[] {
  if (shape.kind === 'line') return [toLine(shape, order, palette)];
  if (shape.kind === 'points') return [toPoints(shape, order, palette)];
  return toBand(shape, order, palette);
}

function toLine(shape: LineShape, order: number, palette: Palette): LineData {
  const colour = toColour(shape.ink, palette);
  const opacity = shape.weight === 'thin' ? 0.45 : 1;
  return {
    ...common(shape, order),
    id: shape.id,
    data: toData(shape.x, shape.y),
    borderColor: withOpacity(colour, opacity),
    backgroundColor: colour,
    borderWidth: widths[shape.weight],
    borderDash: shape.dash === undefined ? [] : dashes[shape.dash],
    borderJoinStyle: 'round',
    // A line of one point would be invisible.
    pointRadius: shape.x.length === 1 ? 2.5 : 0,
    pointHoverRadius: shape.label === null ? 0 : 4,
    pointHitRadius: 0,
  };
}

function toPoints(shape: PointsShape, order: number, palette: Palette): LineData {
  const colour = toColour(shape.ink, palette);
  return {
    ...common(shape, order),
    id: shape.id,
    data: toData(shape.x, shape.y),
    showLine: false,
    pointStyle: shape.symbol,
    pointRadius: shape.size,
    pointHoverRadius: shape.size + 1.5,
    backgroundColor: withOpacity(colour, typeof shape.ink === 'object' ? 1 : 0.75),
    // A tone near the middle has the colour of the surface.
    borderColor: typeof shape.ink === 'object' ? palette.axis : colour,
    borderWidth: shape.symbol === 'star' || shape.symbol === 'cross' ? 1.5 : 0.8,
  };
}

/** Two lines without ink, the area between them filled. */
function toBand(shape: BandShape, order: number, palette: Palette): LineData[] {
  const colour = toColour(shape.ink, palette);
  const edge = {
    ...common(shape, order),
    borderWidth: 0,
    borderColor: 'transparent',
    pointRadius: 0,
    pointHoverRadius: 0,
    pointHitRadius: 0,
  };
  return [
    {
      ...edge,
      id: `${shape.id}/low`,
      data: toData(shape.x, shape.low),
      fill: '+1',
      backgroundColor: withOpacity(colour, shape.stripe ? 0.22 : 0.2),
    },
    { ...edge, id: `${shape.id}/high`, data: toData(shape.x, shape.high) },
  ];
}

function common(shape: ChartShape, order: number) {
  // `segment`, though empty, makes Chart.js draw a line call by call. Otherwise it draws a Path2D, which the SVG export
  // cannot read.
  return {
    label: shape.label ?? '',
    isNamed: shape.label !== null,
    order,
    xAxisID: shape.xAxis,
    yAxisID: shape.yAxis,
    segment: {},
    tension: 0,
    fill: false as LineData['fill'],
  };
}

function toData(x: number[], y: (number | null)[]): Point[] {
  return x.map((value, index) => ({ x: value, y: y[index] ?? NaN }));
}

type ScaleOptions = ScaleOptionsByType<'linear' | 'logarithmic'>;

function toScale(axis: Axis, index: number, axes: Axis[], palette: Palette): ScaleOptions {
  const shared = axes.filter(({ direction }) => direction === axis.direction);
  const most = axis.ticks ?? (axis.direction === 'x' ? 7 : 6);
  const fixed = fixedTicks(axis, most);
  const scale = {
    type: axis.logarithmic ? 'logarithmic' : 'linear',
    axis: axis.direction,
    position: axis.direction === 'x' ? 'bottom' : 'left',
    // Chart.js stacks y axes from the bottom up, so those listed first weigh most.
    weight: axis.direction === 'x' ? index : -index,
    title: { display: axis.title !== null, text: axis.title ?? '', color: palette.quiet, padding: 2 },
    border: { color: palette.axis, display: axis.direction === 'x' },
    grid: { color: palette.grid, drawOnChartArea: axis.categories === undefined, drawTicks: false },
    ticks: {
      color: palette.quiet,
      maxTicksLimit: most,
      maxRotation: 0,
      display: axis.hideLabels !== true,
      padding: 5,
      callback: (value: number | string) => tickText(axis, Number(value)),
      ...(fixed === null ? {} : { autoSkip: false }),
    },
    // Chart.js counts the ticks of stacked axes by a height that they do not have, and labels bounds that are no round
    // numbers.
    ...(fixed === null
      ? {}
      : {
          afterBuildTicks: (built: { ticks: { value: number }[] }) =>
            void (built.ticks = fixed.map((value) => ({ value }))),
        }),
    ...(shared.length > 1 ? { stack: axis.direction, stackWeight: axis.share ?? 1 } : {}),
    ...(axis.min === undefined ? {} : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
    ...(axis.categories === undefined ? {} : categoryRange(axis.categories, axis.isTight ? 0.5 : 0.6)),
  };
  return scale as unknown as ScaleOptions;
}

function categoryRange({ length }: string[], aside: number): { min: number; max: number } {
  return { min: -aside, max: length - 1 + aside };
}

/**
 * The ticks of an axis with two given ends, or with words for labels; null for any other axis, whose ticks are left to
 * Chart.js.
 */
function fixedTicks(axis: Axis, most: number): number[] | null {
  if (axis.categories !== undefined) return axis.categories.map((_, value) => value);
  if (axis.min === undefined || axis.max === undefined || axis.logarithmic) return null;
  return niceTicks(axis.min, axis.max, most);
}

function tickText(axis: Axis, value: number): string {
  if (axis.categories !== undefined) return axis.categories[value] ?? '';
  return valueText(axis, value, 3);
}

function valueText(axis: Axis | undefined, value: number, digits: number): string {
  if (axis?.format === 'percent') return `${formatNumber(value * 100, digits)} %`;
  if (axis?.format === 'signed')
    return formatSigned(value, (size) => (digits === 3 ? formatNumber(size, 3) : formatFixed(size, 3)));
  return formatNumber(value, digits);
}

function titleOf(items: TooltipItem<'line'>[], spec: ChartSpec): string {
  const item = items[0];
  if (item === undefined) return '';
  const axis = spec.axes.find(({ id }) => id === item.dataset.xAxisID);
  if (axis?.categories !== undefined) return axis.categories[Math.round(item.parsed.x ?? 0)] ?? '';
  return axis?.title == null ? '' : `${axis.title} ${valueText(axis, item.parsed.x ?? NaN, 6)}`;
}

function textOf(item: TooltipItem<'line'>, spec: ChartSpec): string {
  const shape = shapeOf(item, spec);
  const axis = spec.axes.find(({ id }) => id === item.dataset.yAxisID);
  const note = shape === undefined || shape.kind === 'band' ? undefined : shape.notes?.[item.dataIndex];
  const shown = valueText(axis, item.parsed.y ?? NaN, 5);
  if (shape?.kind === 'line') return ` ${shape.label}: ${shown}${note === undefined ? '' : `, ${note}`}`;
  const isSaid = note !== undefined && (axis?.title === null || axis?.categories !== undefined);
  const value = isSaid ? '' : `: ${shown}`;
  return ` ${shape?.label ?? ''}${note === undefined ? '' : ` ${note}`}${value}`;
}

function shapeOf(item: TooltipItem<'line'>, spec: ChartSpec): ChartShape | undefined {
  const { id } = item.dataset as unknown as LineData;
  return spec.shapes.find((shape) => shape.id === id);
}
