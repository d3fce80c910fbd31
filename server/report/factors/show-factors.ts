import { symbolOf } from '../../sweep/parameter-names.ts';
import { decimalsOfHalf, plural, toChange, toFixed, toPValue } from '../number-format.ts';
import { columnDecimals } from '../statistics/column-decimals.ts';
import { median } from '../statistics/moments.ts';
import type { PairedSummary } from '../statistics/paired-summary.ts';
import { isSignificant } from '../table/family.ts';
import type { MetricView } from '../table/metric-view.ts';
import type { EffectCell, EffectMap } from './effect-map.ts';
import type { FactorReport } from './factor-report.ts';
import type { Importance } from './importance.ts';
import type { BalancedSlice, Slice, SteppedSlice } from './slices.ts';
import type {
  ShownChange,
  ShownFactors,
  ShownImportance,
  ShownMap,
  ShownMapCell,
  ShownSlice,
} from './shown-factors.ts';

/** Steps of colour on either side of 0. */
const TONES = 4;

/**
 * A report of factors as pages and figures show it.
 *
 * @param smallestEffect δ in the unit that is shown; the colours of the map reach at least as far
 */
export function showFactors(
  report: FactorReport,
  metric: MetricView,
  at: 'last' | 'best',
  smallestEffect: number | null,
): ShownFactors {
  const scale = metric.accuracy ? 100 : 1;
  const turned = metric.directed && metric.goal === 'minimize';
  const unit = metric.accuracy ? 'points' : (metric.unit ?? '');
  return {
    metric: metric.name,
    at,
    unit,
    better: !metric.directed ? null : turned ? 'below' : 'above',
    factors: report.factors.map((name) => ({ name, symbol: symbolOf(name) })),
    slices: report.slices.map((slice) => showSlice(slice, scale, unit === '' ? '' : ` ${unit}`)),
    importance: report.importance.map((each) => showImportance(each, scale)),
    distances: report.distances?.map((each) => showImportance(each, scale)) ?? null,
    trends: report.trends.map(({ p, ...each }) => ({
      ...each,
      symbol: symbolOf(each.factor),
      p: p === null ? null : toPValue(p),
    })),
    map: report.map === null ? null : showMap(report.map, scale, turned ? -1 : 1, smallestEffect ?? 0),
    arms: report.arms.map(({ index, name, setting, mean, n }) => ({
      arm: index,
      name,
      mean: scale * mean,
      n,
      values: report.factors.map((factor) => setting[factor] ?? null),
    })),
  };
}

function showSlice(slice: Slice, scale: number, unit: string): ShownSlice {
  return slice.isBalanced ? showBalanced(slice, scale, unit) : showSteps(slice, scale);
}

function showBalanced(slice: BalancedSlice, scale: number, unit: string): ShownSlice {
  const { factor, settings, seeds, levels, contrasts } = slice;
  const show = showerOf(
    levels.map(({ summary }) => summary),
    scale,
  );
  const showContrast = showerOf(
    contrasts.map(({ summary }) => summary),
    scale,
  );
  const averaged = settings === 1 ? 'one setting of the others' : `mean over ${settings} settings of the others`;
  const largest = [...contrasts].sort((a, b) => Math.abs(b.summary.mean) - Math.abs(a.summary.mean))[0]!;
  const test = largest.p === null ? 'p –' : `p = ${toPValue(largest.p)}`;
  const [mean, ...ends] = showContrast(largest.summary).text.split(' [');
  const change = [`${mean}${unit}`, ...ends].join(' [');
  return {
    factor,
    isBalanced: true,
    note: `${averaged}, ${plural(seeds.length, 'seed')}`,
    levels: levels.map(({ value, summary, p }) => ({
      value,
      ...show(summary),
      p: p === null ? null : toPValue(p),
      isSignificant: isSignificant(p),
    })),
    steps: [],
    contrast: `${symbolOf(factor)} ${largest.from} → ${largest.to}: ${change}, ${test}`,
  };
}

function showSteps({ factor, steps }: SteppedSlice, scale: number): ShownSlice {
  const show = showerOf(
    steps.flatMap(({ change }) => change ?? []),
    scale,
  );
  return {
    factor,
    isBalanced: false,
    note: 'unbalanced: not a curve; the change from each level to the next, over the settings that both have',
    levels: [],
    steps: steps.map((step) => ({ ...step, change: step.change === null ? null : show(step.change) })),
    contrast: null,
  };
}

function showImportance({ factor, size, low, high, p }: Importance, scale: number): ShownImportance {
  const decimals = decimalsOfHalf((scale * (high - low)) / 2, { value: scale * size });
  const show = (value: number) => toFixed(scale * value, decimals);
  return {
    factor,
    symbol: distanceOf(factor) ?? symbolOf(factor),
    size: scale * size,
    interval: [scale * low, scale * high],
    text: `${show(size)} [${show(low)}, ${show(high)}]`,
    p: p === null ? null : toPValue(p),
  };
}

/** `gamma - alpha` → `γ − α` */
function distanceOf(factor: string): string | null {
  const [left, right, ...more] = factor.split(' - ');
  return right === undefined || more.length > 0 ? null : `${symbolOf(left!)} − ${symbolOf(right)}`;
}

function showMap({ x, y, columns, rows, cells }: EffectMap, scale: number, sign: 1 | -1, delta: number): ShownMap {
  const shown = cells.flat().flatMap((cell) => ('summary' in cell ? [cell.summary] : []));
  const show = showerOf(shown, scale);
  const limit = Math.max(0, delta, scale * (halfOf(shown) ?? 0), ...shown.map(({ mean }) => scale * Math.abs(mean)));
  const showCell = (cell: EffectCell): ShownMapCell => {
    if (!('summary' in cell)) return { kind: cell.kind };
    const { kind, arms, summary, p, isBalanced } = cell;
    const { low, high, n, mean } = summary;
    return {
      kind,
      n,
      arms,
      ...show(summary),
      p: p === null ? null : toPValue(p),
      isSignificant: isSignificant(p),
      isUncertain: low === null || high === null || (low <= 0 && high >= 0),
      isBalanced,
      tone: toneOf((sign * scale * mean) / (limit || 1)),
    };
  };
  return {
    x: { name: x, symbol: symbolOf(x) },
    y: { name: y, symbol: symbolOf(y) },
    columns,
    rows,
    limit,
    cells: cells.map((row) => row.map(showCell)),
  };
}

/** Nine equal steps from −1 to 1. */
function toneOf(share: number): number {
  return Math.max(-TONES, Math.min(TONES, Math.round(share * (TONES + 0.5)))) + 0;
}

/** Shows the changes of one column, with the digits of its median interval. */
function showerOf(column: readonly PairedSummary[], scale: number): (summary: PairedSummary) => ShownChange {
  const largest = Math.max(0, ...column.map(({ mean }) => Math.abs(mean)));
  const shared = columnDecimals(
    column.map(halfWidth).map((half) => half && scale * half),
    { value: scale * largest },
  );
  return ({ mean, low, high }) => {
    const interval: ShownChange['interval'] = low === null || high === null ? null : [scale * low, scale * high];
    return { mean: scale * mean, interval, text: toChange(scale * mean, interval, shared) };
  };
}

/** Median half-width of the intervals that have one; null where none has. */
function halfOf(column: readonly PairedSummary[]): number | null {
  const halves = column.map(halfWidth).filter((half) => half !== null && half > 0) as number[];
  return halves.length === 0 ? null : median(halves);
}

function halfWidth({ low, high }: PairedSummary): number | null {
  return low === null || high === null ? null : (high - low) / 2;
}
