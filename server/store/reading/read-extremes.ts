import type { Curve } from '../../sweep/results.ts';
import type { Storage } from '../database/storage.ts';
import { metricIds, type CurveRange, type RunPath } from './read-curve.ts';

/** A few points of a curve, and how many it has. */
export interface Extremes extends Curve {
  points: number;
}

/** How many of the points of a stage are counted, to tell a long curve from a short one. */
export interface ExtremesReader {
  /** How many points a run has in the range; counting ends soon after `most`. */
  count(path: RunPath, most: number): number;
  /**
   * The first, lowest, highest and last point of each column and the first that is not finite, for columns of `size`
   * batches that begin at multiples of it. SQLite goes through the points, a million of which would be as many objects
   * here. Where stages meet in a column, it has these points of either.
   */
  read(path: RunPath, size: number): Extremes;
}

/** Reads one metric of several runs: a stage that runs share is read once. */
export function extremesReader(storage: Storage, metric: string, range: Required<CurveRange>): ExtremesReader {
  const idsFor = metricIds(storage, metric);
  const stages = stageReader(storage, range);
  const once = <Value>(known: Map<string, Value>, key: string, make: () => Value): Value => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
  const counts = new Map<string, number>();
  const extremes = new Map<string, Extremes>();
  return {
    count({ epsilon, stageIds }, most) {
      let count = 0;
      for (const stageId of stageIds)
        for (const id of idsFor(epsilon)) {
          if (count > most) return count;
          count += once(counts, `${stageId} ${id}`, () => stages.count(stageId, id, most + 1));
        }
      return count;
    },
    read({ epsilon, stageIds }, size) {
      const ids = idsFor(epsilon);
      return join(
        stageIds.map((stageId) =>
          once(extremes, `${stageId} of ${ids}`, () => inOrder(ids.map((id) => stages.read(stageId, id, size)))),
        ),
      );
    },
  };
}

type Point = [batch: number, value: number | null];
type Summary = [count: number, finite: number, min: number | null, max: number | null];

function stageReader(storage: Storage, { from, to }: Required<CurveRange>) {
  const point = (sql: string) =>
    storage
      .prepare(
        `SELECT batch, value FROM "Point" WHERE stageId = ? AND metricId = ? AND batch BETWEEN ? AND ? ${sql} LIMIT 1`,
      )
      .raw();
  const [first, last] = [point('ORDER BY batch'), point('ORDER BY batch DESC')];
  const [equal, gap] = [point('AND value = ? ORDER BY batch'), point('AND value IS NULL ORDER BY batch')];
  const counted = storage
    .prepare(
      `SELECT count(*) FROM (SELECT 1 FROM "Point" WHERE stageId = ? AND metricId = ? AND batch BETWEEN ? AND ?
    LIMIT ?)`,
    )
    .pluck();
  const summary = storage
    .prepare(
      `SELECT count(*), count(value), min(value), max(value) FROM "Point"
    WHERE stageId = ? AND metricId = ? AND batch BETWEEN ? AND ?`,
    )
    .raw();

  /** Adds the points of the batches [low, high] to `kept`; returns how many there are. */
  const readColumn = (at: [stageId: number, metricId: number, low: number, high: number], kept: Point[]): number => {
    const [count, finite, min, max] = summary.get(...at) as Summary;
    if (count === 0) return 0;
    kept.push(first.get(...at) as Point, last.get(...at) as Point);
    if (finite > 0) kept.push(equal.get(...at, min) as Point, equal.get(...at, max) as Point);
    if (finite < count) kept.push(gap.get(...at) as Point);
    return count;
  };

  return {
    count: (stageId: number, metricId: number, most: number) =>
      counted.get(stageId, metricId, from, to, most) as number,
    read(stageId: number, metricId: number, size: number): Extremes {
      const begin = first.get(stageId, metricId, from, to) as Point | undefined;
      const kept: Point[] = [];
      let points = 0;
      if (begin !== undefined) {
        const [end] = last.get(stageId, metricId, from, to) as Point;
        for (let low = begin[0]; low <= end;) {
          const next = (Math.floor(low / size) + 1) * size;
          points += readColumn([stageId, metricId, low, Math.min(next - 1, end)], kept);
          low = next;
        }
      }
      return { ...toCurve(kept), points };
    },
  };
}

/** In order of batch, each batch once. */
function toCurve(points: Point[]): Curve {
  const sorted = points.sort(([a], [b]) => a - b).filter(([batch], i) => batch !== points[i - 1]?.[0]);
  return { batches: sorted.map(([batch]) => batch), values: sorted.map(([, value]) => value) };
}

/** What a stage recorded under several ids, in order of batch. */
function inOrder(parts: Extremes[]): Extremes {
  if (parts.filter(({ points }) => points > 0).length <= 1) return join(parts);
  const { batches, values, points } = join(parts);
  return { ...toCurve(batches.map((batch, i): Point => [batch, values[i]!])), points };
}

function join(parts: readonly Extremes[]): Extremes {
  return {
    batches: parts.flatMap(({ batches }) => batches),
    values: parts.flatMap(({ values }) => values),
    points: parts.reduce((sum, { points }) => sum + points, 0),
  };
}
