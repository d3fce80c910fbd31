import type { ArmCurve, ArmCurves, Line, MeanLine } from '../../server/http/schemas/arm-curves.ts';
import { formatMetric, formatMetricDifference, isAccuracy, metricLabel } from '../format/metric.ts';
import type { ChartShape, ChartSpec, Ink, LineShape, Mark } from './chart-spec.ts';
import { lateFrom, lateRange } from './late-range.ts';

export interface CurvesLook {
  /** Arms with their controls, or the differences between them. */
  view: 'arms' | 'difference';
  logarithmic: boolean;
  /** True: the vertical axis fits the values after the beginning. */
  late: boolean;
  /** The place of an arm among the colours. */
  inkOf: (arm: number) => number;
}

const X_TITLES: Record<ArmCurves['x'], string> = {
  batch: 'batch',
  epoch: 'epoch',
  seconds: 'seconds of training',
  switch: 'batches since the phase began',
};

/** Chosen arms in colour, with and without the phase as one colour solid and dashed; other arms grey behind them. */
export function toArmCurveChart(
  { metric, x, others, spread, arms }: ArmCurves,
  members: readonly ArmCurve[],
  { view, logarithmic, late, inkOf }: CurvesLook,
): ChartSpec {
  const scale = view === 'difference' && isAccuracy(metric) ? 100 : 1;
  // Bands of many controls would cover those of their arms.
  const drawn = members
    .flatMap((arm) => linesOf(arm, view, inkOf(arm.arm)))
    .map((each) => (each.isDashed === true && members.length > 1 ? { ...each, line: withoutBand(each.line) } : each));
  const behind = view === 'difference' ? [] : behindOf(others, spread);
  const shapes = [...behind, ...drawn.map((each) => ({ ...each, scale }))].flatMap((each) =>
    shapesOf(each, metric, view, logarithmic),
  );
  const lines = shapes.flatMap((shape) =>
    shape.kind === 'band'
      ? [
          { x: shape.x, y: shape.low },
          { x: shape.x, y: shape.high },
        ]
      : [shape],
  );
  const first = lines.reduce((least, line) => Math.min(least, line.x[0] ?? least), x === 'switch' ? Infinity : 0);
  const last = lines.reduce((most, line) => Math.max(most, line.x.at(-1) ?? most), first === Infinity ? 1 : first);
  const fit = late && !logarithmic ? lateRange(lines, first + lateFrom([{ x: [last - first] }], null)) : null;
  const names = members.map(({ name }) => name).join(', ');
  return {
    description:
      `${metricLabel(metric)} by ${X_TITLES[x]}, ` +
      `${view === 'difference' ? 'with − without the phase' : 'with and without the phase'}: ${names}`,
    axes: [
      {
        id: 'x',
        direction: 'x',
        title: X_TITLES[x],
        min: first === Infinity ? 0 : first,
        max: last > first ? last : first + 1,
      },
      {
        id: 'value',
        direction: 'y',
        title: view === 'difference' ? `with − without (${isAccuracy(metric) ? 'points' : metricLabel(metric)})` : null,
        logarithmic: logarithmic && view === 'arms',
        format: view === 'difference' ? 'signed' : isAccuracy(metric) ? 'percent' : 'number',
        ...fit,
      },
    ],
    shapes,
    marks: [...(view === 'difference' ? [{ kind: 'zero', yAxis: 'value' } as Mark] : []), ...marksOf(members, arms)],
  };
}

/** The arms by the value of a parameter; all together where there is none to go by. */
export function facetsOf(
  arms: readonly ArmCurve[],
  valueOf: ((arm: number) => string) | null,
): { label: string; members: ArmCurve[] }[] {
  if (valueOf === null) return [{ label: '', members: [...arms] }];
  const facets = new Map<string, ArmCurve[]>();
  for (const arm of arms) facets.set(valueOf(arm.arm), [...(facets.get(valueOf(arm.arm)) ?? []), arm]);
  return [...facets].map(([label, members]) => ({ label, members }));
}

/** A line with its band, as it is to look. */
interface Drawn {
  id: string;
  label: string | null;
  /** Its name in exported data. */
  series: string;
  ink: Ink;
  line: MeanLine;
  isDashed?: boolean;
  isThin?: boolean;
  scale?: number;
  isPale?: boolean;
}

function linesOf({ arm, name, with: own, without, difference, seeds }: ArmCurve, view: string, ink: number): Drawn[] {
  const single = (seed: number, what: string, line: Line | null, more: Partial<Drawn> = {}): Drawn[] =>
    line === null
      ? []
      : [
          {
            id: `seed/${what}/${arm}/${seed}`,
            label: null,
            series: `${name}, ${what}, seed ${seed}`,
            ink,
            line: ofOne(line),
            isThin: true,
            ...more,
          },
        ];
  if (view === 'difference')
    return [
      ...seeds.flatMap((each) => single(each.seed, 'difference', each.difference)),
      ...(difference === null
        ? []
        : [{ id: `difference/${arm}`, label: name, series: `${name}, with − without`, ink, line: difference }]),
    ];
  return [
    ...seeds.flatMap((each) => [
      ...single(each.seed, 'without', each.without, { isDashed: true }),
      ...single(each.seed, 'with', each.with),
    ]),
    ...(without === null
      ? []
      : [
          {
            id: `without/${arm}`,
            label: `${name}, without`,
            series: `${name}, without`,
            ink,
            line: without,
            isDashed: true,
          },
        ]),
    { id: `with/${arm}`, label: `${name}, with`, series: `${name}, with`, ink, line: own },
  ];
}

function behindOf(others: ArmCurves['others'], spread: ArmCurves['spread']): Drawn[] {
  const lines = others.map(({ name, line }): Drawn => ({
    id: `other/${name}`,
    label: null,
    series: name,
    ink: 'faint',
    line,
    isThin: true,
  }));
  if (spread === null) return lines;
  const name = `${spread.arms} other arms: median and middle 80 %`;
  return [{ id: 'spread', label: name, series: name, ink: 'faint', line: spread.line, isPale: true }];
}

function shapesOf(drawn: Drawn, metric: string, view: string, logarithmic: boolean): ChartShape[] {
  const { id, label, series, ink, line, isDashed, isThin, isPale, scale = 1 } = drawn;
  const base = { xAxis: 'x', yAxis: 'value', ink, series, x: line.x };
  const shown = (values: (number | null)[]) =>
    values.map((value) => (value === null || (logarithmic && view === 'arms' && value <= 0) ? null : value * scale));
  const mean: LineShape = {
    ...base,
    kind: 'line',
    id,
    label,
    y: shown(line.mean),
    weight: isThin ? 'thin' : 'normal',
    ...(isDashed ? { dash: 'dashed' as const } : {}),
    ...(label === null ? {} : { notes: notesOf(line, metric, view) }),
  };
  if (line.low.every((value) => value === null)) return [mean];
  return [
    {
      ...base,
      kind: 'band',
      id: `band/${id}`,
      label: null,
      low: shown(line.low),
      high: shown(line.high),
      stripe: isPale === true,
    },
    mean,
  ];
}

/** `n = 6 [97.1 %, 97.9 %]` */
function notesOf({ n, low, high }: MeanLine, metric: string, view: string): string[] {
  const show = (value: number) =>
    view === 'difference' ? formatMetricDifference(metric, value) : formatMetric(metric, value);
  return n.map((count, i) => {
    const band = low[i] == null || high[i] == null ? '' : ` [${show(low[i])}, ${show(high[i])}]`;
    return `n = ${count}${band}`;
  });
}

function withoutBand(line: MeanLine): MeanLine {
  const none = line.x.map(() => null);
  return { ...line, low: none, high: none };
}

function ofOne({ x, y }: Line): MeanLine {
  const none = x.map(() => null);
  return { x, n: x.map(() => 1), mean: y, low: none, high: none };
}

/** Where the phase begins, if it is one place for all that are drawn. */
function marksOf(members: readonly ArmCurve[], all: readonly ArmCurve[]): Mark[] {
  const places = new Set((members.length === 0 ? all : members).flatMap(({ switchAt }) => switchAt ?? []));
  return places.size === 1 ? [{ kind: 'vertical', xAxis: 'x', at: [...places][0]!, label: 'phase begins' }] : [];
}
