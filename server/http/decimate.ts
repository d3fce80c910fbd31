import type { Curve } from '../sweep/results.ts';

/** A curve, whole or reduced to what a screen can show of it. */
export interface Decimated extends Curve {
  /** True where every point of the range is here. */
  raw: boolean;
  /** Points of the range before reduction. */
  points: number;
}

/**
 * Reduces a curve to what `width` pixel columns of the batches [from, to] can show. With at most `width` points nothing
 * is left out. Else, of each column of batches the first, lowest, highest and last point are kept, in order of batch;
 * points that coincide are kept once. So no spike is lost and none is made up (Jugel et al., "M4: a
 * visualization-oriented time series data aggregation", VLDB 2014). The first value of a column that was not finite
 * (null) is kept too, so that the line breaks where it broke.
 */
export function decimate(curve: Curve, from: number, to: number, width: number): Decimated {
  const start = lowerBound(curve.batches, from);
  const end = lowerBound(curve.batches, to + 1);
  const points = end - start;
  const inRange = { batches: curve.batches.slice(start, end), values: curve.values.slice(start, end) };
  if (points <= width) return { raw: true, points, ...inRange };
  return { raw: false, points, ...reduceColumns(inRange, columnSize(from, to, width)) };
}

/**
 * How many batches a column has: the smallest power of two with which at most `width` + 1 columns cover [from, to].
 * Columns begin at multiples of it, so that the points of a curve that grows stay where they are until the size
 * doubles, and then some of them go.
 */
export function columnSize(from: number, to: number, width: number): number {
  let size = 1;
  while ((to - from + 1) / size > width) size *= 2;
  return size;
}

/** Keeps the extremes of each column. What was reduced so before may be reduced again: it stays as it is. */
export function reduceColumns({ batches, values }: Curve, size: number): Curve {
  const kept = columns(batches, size).flatMap(([first, next]) => extremes(values, first, next));
  return { batches: kept.map((i) => batches[i]!), values: kept.map((i) => values[i]!) };
}

/** For each column that has points, the index range [first, next) of its points. */
function columns(batches: readonly number[], size: number): [number, number][] {
  const columnOf = (i: number) => Math.floor(batches[i]! / size);
  const ranges: [number, number][] = [];
  for (let first = 0; first < batches.length;) {
    let next = first + 1;
    while (next < batches.length && columnOf(next) === columnOf(first)) next++;
    ranges.push([first, next]);
    first = next;
  }
  return ranges;
}

/**
 * Indices of the first, lowest, highest and last value of [first, next) and of the first null, ascending, without
 * repeats.
 */
function extremes(values: readonly (number | null)[], first: number, next: number): number[] {
  const kept = new Set([first, next - 1]);
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let i = first; i < next; i++) {
    const value = values[i]!;
    if (value === null) {
      if (gap < 0) gap = i;
      continue;
    }
    if (lowest < 0 || value < values[lowest]!) lowest = i;
    if (highest < 0 || value > values[highest]!) highest = i;
  }
  for (const i of [lowest, highest, gap]) if (i >= 0) kept.add(i);
  return [...kept].sort((a, b) => a - b);
}

/** Index of the first element that is at least `bound`; the elements ascend. */
function lowerBound(sorted: number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
