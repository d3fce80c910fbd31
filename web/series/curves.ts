import type { CurveItem } from '../../server/http/schemas/curves.ts';
import type { Axis, ChartSpec, Ink, LineShape, Mark } from './chart-spec.ts';
import { isAccuracy, metricLabel, metricShortLabel } from '../format/metric.ts';
import { lateFrom, lateRange } from './late-range.ts';

/** How a chart shows one of its curves. */
export interface CurveLook {
  run: string;
  metric: string;
  label: string;
  ink: Ink;
  dash?: LineShape['dash'];
}

export interface CurveChart {
  title: string;
  looks: CurveLook[];
  curves: CurveItem[];
  /** The batches shown; null: all. `to` is null: up to the last batch. */
  range: { from: number; to: number | null } | null;
  /** Switch batch; null where the phase is never in force. */
  N: number | null;
  logarithmic?: boolean;
  /** True: the vertical axis fits the values after the beginning of training. */
  late?: boolean;
}

/**
 * Curves of runs over the batch, the switch batch marked. On a logarithmic axis, a value that is not positive
 * interrupts its line.
 */
export function toCurveChart({
  title,
  looks,
  curves,
  range,
  N,
  logarithmic = false,
  late = false,
}: CurveChart): ChartSpec {
  const shapes = looks.flatMap((look): LineShape[] => {
    const curve = curves.find(({ run, metric }) => run === look.run && metric === look.metric);
    if (curve === undefined || curve.batches.length === 0) return [];
    return [
      {
        kind: 'line',
        id: `${look.run}/${look.metric}`,
        xAxis: 'batch',
        yAxis: 'value',
        label: look.label,
        ink: look.ink,
        weight: 'normal',
        ...(look.dash === undefined ? {} : { dash: look.dash }),
        x: curve.batches,
        y: logarithmic ? curve.values.map((value) => (value !== null && value > 0 ? value : null)) : curve.values,
      },
    ];
  });
  const fit = late && !logarithmic ? lateRange(shapes, lateFrom(shapes, range)) : null;
  const percent = looks.length > 0 && looks.every(({ metric }) => isAccuracy(metric));
  const labels = looks.map(({ label }) => label).join(', ');
  return {
    description: `${title}, by batch${N === null ? '' : `; switch batch ${N}`}: ${labels}`,
    axes: [
      toBatchAxis(shapes, range),
      { id: 'value', direction: 'y', title: null, logarithmic, format: percent ? 'percent' : 'number', ...fit },
    ],
    shapes,
    marks: N === null ? [] : [markSwitch(N)],
  };
}

/**
 * The axis of batches with both ends given. Otherwise, where the vertical axis is limited, Chart.js would limit this
 * axis to the points that are left.
 */
export function toBatchAxis(lines: { x: number[] }[], range: CurveChart['range']): Axis {
  const from = range?.from ?? 0;
  const last = lines.reduce((most, { x }) => Math.max(most, x.at(-1) ?? 0), from + 1);
  return { id: 'batch', direction: 'x', title: 'batch', min: from, max: range?.to ?? last };
}

/** A run and its control in one chart: the control grey and dashed, so that colour is not the only difference. */
export function toPairLooks(pair: { run: string; controlRun: string }, metric: string, ink: number): CurveLook[] {
  return [
    { run: pair.controlRun, metric, label: 'without', ink: 'control', dash: 'dashed' },
    { run: pair.run, metric, label: 'with', ink },
  ];
}

/** The same with its control behind it, which is grey and dashed. */
export function withControl(looks: CurveLook[], control: string | null): CurveLook[] {
  if (control === null) return looks;
  const behind = looks.map(({ metric, label }): CurveLook => ({
    run: control,
    metric,
    label: `${label}, control`,
    ink: 'control',
    dash: 'dashed',
  }));
  return [...behind, ...looks];
}

/** The metrics of one run as lines, each named by its metric. */
export function toMetricLooks(run: string, metrics: string[]): CurveLook[] {
  const sameName = new Set(metrics.map(metricShortLabel)).size < metrics.length;
  return metrics.map((metric, ink) => ({
    run,
    metric,
    label: sameName ? metricLabel(metric) : metricShortLabel(metric),
    ink,
  }));
}

export function markSwitch(N: number): Mark {
  return { kind: 'vertical', xAxis: 'batch', at: N, label: `N = ${N}` };
}
