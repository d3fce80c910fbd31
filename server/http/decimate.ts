import type { Curve } from '../sweep/results.ts';

/** A curve, whole or reduced to what a screen can show of it. */
export interface Decimated extends Curve {
  /** True where every point of the range is here. */
  raw: boolean;
  /** Points of the range before reduction. */
  points: number;
}

/**
 * Reduces a curve to what `width` pixel columns of the batches [from, to] can show. Of each column the first, lowest,
 * highest and last point are kept, in order of batch; points that coincide are kept once. A line through them covers
 * exactly the pixels of a line through all points (Jugel et al., "M4: a visualization-oriented time series data
 * aggregation", VLDB 2014): no spike is lost and none is made up. The first value of a column that was not finite
 * (null) is kept too, so that the line breaks where it broke. With at most `width` points nothing is left out.
 */
export function decimate(curve: Curve, from: number, to: number, width: number): Decimated {
  const start = lowerBound(curve.batches, from);
  const end = lowerBound(curve.batches, to + 1);
  const points = end - start;
  if (points <= width) {
    return { raw: true, points, batches: curve.batches.slice(start, end), values: curve.values.slice(start, end) };
  }
  const kept = columns(curve.batches, start, end, from, to, width).flatMap(([first, next]) =>
    extremes(curve.values, first, next),
  );
  return {
    raw: false,
    points,
    batches: kept.map((i) => curve.batches[i]!),
    values: kept.map((i) => curve.values[i]!),
  };
}

/** For each column that has points, the index range [first, next) of its points. */
function columns(
  batches: number[],
  start: number,
  end: number,
  from: number,
  to: number,
  width: number,
): [number, number][] {
  const columnOf = (i: number) => Math.min(width - 1, Math.floor(((batches[i]! - from) / (to - from)) * width));
  const ranges: [number, number][] = [];
  for (let first = start; first < end;) {
    let next = first + 1;
    while (next < end && columnOf(next) === columnOf(first)) next++;
    ranges.push([first, next]);
    first = next;
  }
  return ranges;
}

/**
 * Indices of the first, lowest, highest and last value of [first, next) and of the first null, ascending, without
 * repeats.
 */
function extremes(values: (number | null)[], first: number, next: number): number[] {
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
