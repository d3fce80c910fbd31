import type { ShownFactors, ShownSlice } from '../../server/http/schemas/factors.ts';
import type { ParamValue } from '../../server/sweep/arm.ts';
import { formatRounded, parameterLabel } from '../format/parameter.ts';
import type { Axis, ChartShape, ChartSpec } from './chart-spec.ts';

/** From so many levels on, numbers have their places on the axis; fewer are categories side by side. */
const NUMERIC_FROM = 5;
/** A parameter whose values span more than this is drawn by orders of magnitude. */
const WIDE = 30;
/** How far dots go to either side of their level, as a share of the distance to the next. */
const ASIDE = 0.3;

/** The range of differences that all slices share, so that they are compared by eye. */
export function rangeOfSlices({ slices, arms }: ShownFactors): { min: number; max: number } {
  const ends = slices.flatMap(({ levels, steps }) => [
    ...levels.flatMap(({ mean, interval }) => [mean, ...(interval ?? [])]),
    ...steps.flatMap(({ change }) => (change === null ? [] : [change.mean, ...(change.interval ?? [])])),
  ]);
  const all = [0, ...ends, ...arms.map(({ mean }) => mean)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const margin = (high - low || 1) * 0.06;
  return { min: low - margin, max: high + margin };
}

/** The mean difference at each level with its interval; the arms themselves are pale dots behind it. */
export function toSliceChart(slice: ShownSlice, shown: ShownFactors): ChartSpec {
  return slice.isBalanced ? toLevels(slice, shown) : toSteps(slice, shown);
}

function toLevels({ factor, levels }: ShownSlice, shown: ShownFactors): ChartSpec {
  const { axis, placeOf, width } = axisOf(
    factor,
    levels.map(({ value }) => value),
  );
  const base = { xAxis: 'level', yAxis: 'change' } as const;
  const x = levels.map(({ value }) => placeOf(value));
  const isNumeric = axis.categories === undefined;
  return {
    description: `Difference to the control by ${parameterLabel(factor)}: ${levels
      .map(({ value, text }) => `${formatRounded(value)}: ${text}`)
      .join('; ')}`,
    axes: [axis, changeAxis(shown)],
    shapes: [
      dotsOf(factor, shown, placeOf, width),
      ...levels.flatMap(({ interval }, k): ChartShape[] =>
        interval === null
          ? []
          : [
              {
                ...base,
                kind: 'line',
                id: `interval/${k}`,
                ink: 0,
                label: null,
                weight: 'bold',
                x: [x[k]!, x[k]!],
                y: interval,
              },
            ],
      ),
      ...(isNumeric
        ? [
            {
              ...base,
              kind: 'line' as const,
              id: 'means',
              ink: 0,
              label: null,
              weight: 'thin' as const,
              x,
              y: levels.map(({ mean }) => mean),
            },
          ]
        : []),
      {
        ...base,
        kind: 'points',
        id: 'mean',
        ink: 0,
        label: parameterLabel(factor),
        symbol: 'circle',
        size: 5,
        x,
        y: levels.map(({ mean }) => mean),
        notes: levels.map(({ value, text, p }) => `${formatRounded(value)}: ${text}, p ${p === null ? '–' : `= ${p}`}`),
      },
    ],
    marks: [{ kind: 'zero', yAxis: 'change' }],
  };
}

function toSteps({ factor, steps }: ShownSlice, shown: ShownFactors): ChartSpec {
  const base = { xAxis: 'level', yAxis: 'change' } as const;
  const known = steps.flatMap(({ change, from, to, settings }, x) =>
    change === null ? [] : [{ change, from, to, settings, x }],
  );
  const between = (from: ParamValue, to: ParamValue) => `${formatRounded(from)} → ${formatRounded(to)}`;
  return {
    description: `Change of the difference from each ${parameterLabel(factor)} to the next: ${known
      .map(({ from, to, change }) => `${between(from, to)}: ${change.text}`)
      .join('; ')}`,
    axes: [
      {
        id: 'level',
        direction: 'x',
        title: parameterLabel(factor),
        categories: steps.map(({ from, to }) => between(from, to)),
      },
      { ...changeAxis(shown), title: 'change' },
    ],
    shapes: [
      ...known.flatMap(({ change: { interval }, x }): ChartShape[] =>
        interval === null
          ? []
          : [
              {
                ...base,
                kind: 'line',
                id: `interval/${x}`,
                ink: 'control',
                label: null,
                weight: 'bold',
                x: [x, x],
                y: interval,
              },
            ],
      ),
      {
        ...base,
        kind: 'points',
        id: 'step',
        ink: 'control',
        label: parameterLabel(factor),
        symbol: 'rectRot',
        size: 5.5,
        x: known.map(({ x }) => x),
        y: known.map(({ change }) => change.mean),
        notes: known.map(
          ({ from, to, change, settings }) => `${between(from, to)}: ${change.text} over ${settings} settings`,
        ),
      },
    ],
    marks: [{ kind: 'zero', yAxis: 'change' }],
  };
}

/** The arms of a parameter that was drawn at random: every one at its own value. */
export function toTrendChart(factor: string, shown: ShownFactors): ChartSpec {
  const place = shown.factors.findIndex(({ name }) => name === factor);
  const values = shown.arms.flatMap(({ values }) => (typeof values[place] === 'number' ? [values[place]] : []));
  const { axis, placeOf } = axisOf(factor, values, 0);
  return {
    description: `Difference to the control of ${values.length} arms by ${parameterLabel(factor)}`,
    axes: [axis, changeAxis(shown)],
    shapes: [{ ...dotsOf(factor, shown, placeOf, 0), ink: 0 }],
    marks: [{ kind: 'zero', yAxis: 'change' }],
  };
}

/** Sideways only, by a fixed sequence: the same arm stays at its place. */
function dotsOf(factor: string, shown: ShownFactors, placeOf: (value: ParamValue) => number, width: number) {
  const place = shown.factors.findIndex(({ name }) => name === factor);
  const arms = shown.arms.filter(({ values }) => values[place] !== null && !Number.isNaN(placeOf(values[place]!)));
  return {
    kind: 'points' as const,
    id: 'arms',
    xAxis: 'level',
    yAxis: 'change',
    ink: 'faint' as const,
    label: '',
    symbol: 'circle' as const,
    size: 3,
    x: arms.map(({ arm, values }) => placeOf(values[place]!) + width * ASIDE * (((arm * 0.618034) % 1) * 2 - 1)),
    y: arms.map(({ mean }) => mean),
    notes: arms.map(({ name }) => name),
  };
}

function changeAxis(shown: ShownFactors): Axis {
  const { unit } = shown;
  return {
    id: 'change',
    direction: 'y',
    title: unit === '' ? null : unit,
    format: 'signed',
    ticks: 5,
    ...rangeOfSlices(shown),
  };
}

/** Where the levels are on the axis. `width` is the distance between neighbours. */
function axisOf(factor: string, values: readonly ParamValue[], numericFrom = NUMERIC_FROM) {
  const numbers = values.filter((value) => typeof value === 'number');
  const title = parameterLabel(factor);
  if (numbers.length < values.length || values.length < numericFrom) {
    const axis: Axis = { id: 'level', direction: 'x', title, categories: values.map(formatRounded) };
    return { axis, placeOf: (value: ParamValue) => placeIn(values, value), width: 1 };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const axis: Axis = { id: 'level', direction: 'x', title };
  const placeOf = (value: ParamValue) => (typeof value === 'number' ? value : NaN);
  if (low > 0 && high / low > WIDE)
    return { axis: { ...axis, logarithmic: true, min: low / 1.2, max: high * 1.2 }, placeOf, width: 0 };
  const margin = (high - low) * 0.06;
  return { axis: { ...axis, min: low - margin, max: high + margin }, placeOf, width: (high - low) / values.length / 3 };
}

function placeIn(values: readonly ParamValue[], value: ParamValue): number {
  const place = values.indexOf(value);
  return place < 0 ? NaN : place;
}
