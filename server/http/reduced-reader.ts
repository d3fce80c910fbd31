import { curveReader, type CurveRange, type RunPath } from '../store/reading/read-curve.ts';
import { extremesReader } from '../store/reading/read-extremes.ts';
import type { Storage } from '../store/database/storage.ts';
import { columnSize, decimate, reduceColumns, type Decimated } from './decimate.ts';

/** With so many points a column, or more, it is faster to let SQLite go through them. */
const LONG = 16;

/** Reads one metric of runs as `decimate` would reduce it; long curves are not read whole. */
export function reducedReader(
  storage: Storage,
  metric: string,
  range: Required<CurveRange>,
  width: number,
): (path: RunPath) => Decimated {
  const { from, to } = range;
  const whole = curveReader(storage, metric, range);
  const extremes = extremesReader(storage, metric, range);
  return (path) => {
    if (extremes.count(path, LONG * width) <= LONG * width) return decimate(whole(path), from, to, width);
    const size = columnSize(from, to, width);
    const { points, ...curve } = extremes.read(path, size);
    return { raw: false, points, ...reduceColumns(curve, size) };
  };
}
