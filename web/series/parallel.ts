import type { RunRow } from '../../server/http/schemas/run.ts';
import type { ParamValue } from '../../server/sweep/arm.ts';
import { formatNumber } from '../format/number.ts';
import { metricLabel } from '../format/metric.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';

/** An upright axis of parallel coordinates. */
export interface ParallelAxis {
  /** As filters write it: `beta`, `last(val/accuracy)`. */
  word: string;
  label: string;
  valueOf: (run: RunRow) => ParamValue;
  low: number;
  high: number;
  /** The values from below, where they are no numbers; null for numbers. */
  categories: ParamValue[] | null;
}

/** The parameters that vary, then the metric and its difference to the control. An axis of one value says nothing. */
export function parallelAxes(runs: readonly RunRow[], varying: readonly string[], metric: string): ParallelAxis[] {
  const parameters = varying.map((name) => ({
    word: name,
    label: parameterLabel(name),
    valueOf: (run: RunRow): ParamValue => run.params[name] ?? null,
  }));
  const measures = [
    {
      word: `last(${metric})`,
      label: metricLabel(metric),
      valueOf: (run: RunRow): ParamValue => (run.state === 'diverged' ? null : (run.metrics[metric]?.last ?? null)),
    },
    {
      word: `delta(${metric})`,
      label: `Δ ${metricLabel(metric)}`,
      valueOf: (run: RunRow): ParamValue => run.deltas[metric] ?? null,
    },
  ];
  return [...parameters, ...measures].flatMap((axis) => {
    const values = [...new Set(runs.map(axis.valueOf))].filter((value) => value !== null);
    if (values.length < 2) return [];
    const numbers = values.filter((value) => typeof value === 'number');
    const isNumeric = numbers.length === values.length;
    return {
      ...axis,
      low: isNumeric ? Math.min(...numbers) : 0,
      high: isNumeric ? Math.max(...numbers) : values.length - 1,
      categories: isNumeric ? null : values,
    };
  });
}

/** From 0, below, to 1; null where the run has no value. */
export function placeOn({ low, high, categories, valueOf }: ParallelAxis, run: RunRow): number | null {
  const value = valueOf(run);
  if (value === null) return null;
  const at = categories === null ? Number(value) : categories.indexOf(value);
  return (at - low) / (high - low);
}

export function endLabels({ low, high, categories }: ParallelAxis): [low: string, high: string] {
  if (categories !== null) return [formatParameter(categories[0]), formatParameter(categories.at(-1))];
  return [formatNumber(low, 3), formatNumber(high, 3)];
}

/**
 * The filter with a range of this axis in it, in place of one that it had.
 *
 * @param range shares of the axis from below, in either order; null: the range goes
 */
export function brush(filter: string, axis: ParallelAxis, range: [number, number] | null): string {
  const others = conjuncts(filter).filter((part) => !isRangeOf(part, axis.word));
  if (range === null) return others.join(' and ');
  const [from, to] = [Math.min(...range), Math.max(...range)].map((share) => written(axis, share));
  return [...others, `${axis.word} >= ${from}`, `${axis.word} <= ${to}`].join(' and ');
}

/** What a filter leaves of an axis, in shares from below; null where it has no range of it. */
export function brushedRange(filter: string, axis: ParallelAxis): [number, number] | null {
  const bounds = conjuncts(filter).filter((part) => isRangeOf(part, axis.word));
  const bound = (sign: string) => {
    const part = bounds.find((each) => each.startsWith(`${axis.word} ${sign} `));
    return part === undefined ? null : Number(part.slice(axis.word.length + sign.length + 2));
  };
  const [low, high] = [bound('>='), bound('<=')];
  if (low === null || high === null) return null;
  return [(low - axis.low) / (axis.high - axis.low), (high - axis.low) / (axis.high - axis.low)];
}

/** The parts of a filter that `and` joins; one with other words in it is a single part. */
function conjuncts(filter: string): string[] {
  if (filter.trim() === '') return [];
  return /\b(or|not)\b|[("]/.test(filter.replace(/\b(last|best|delta)\(/g, ''))
    ? splitOwn(filter)
    : filter.split(' and ').map((part) => part.trim());
}

/** A filter that was written by hand, and then brushed: `(a or b) and beta >= 0.1`. */
function splitOwn(filter: string): string[] {
  const [, own, rest] = /^(\(.*\))(?: and ((?:\S+ [<>]= \S+(?: and )?)+))?$/s.exec(filter) ?? [];
  if (own === undefined) return [`(${filter})`];
  return [own, ...(rest === undefined ? [] : rest.split(' and '))];
}

function isRangeOf(part: string, word: string): boolean {
  return part.startsWith(`${word} >= `) || part.startsWith(`${word} <= `);
}

/** So near to an end the end is meant, exactly: it has runs on it. */
const NEAR = 0.02;

/** In four digits: nobody brushes finer. */
function written({ low, high }: ParallelAxis, share: number): string {
  if (share < NEAR) return String(low);
  if (share > 1 - NEAR) return String(high);
  return String(Number((low + share * (high - low)).toPrecision(4)));
}
