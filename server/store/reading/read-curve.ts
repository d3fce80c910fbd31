import type { Curve } from '../../sweep/results.ts';
import type { Storage } from '../database/storage.ts';

/** A range of batches, both ends included. */
export interface CurveRange {
  from?: number;
  to?: number;
}

/** The stages along a run's path, first to last, and the ε that its per-ε metrics are recorded under. */
export interface RunPath {
  epsilon: number | null;
  /** Null for a run that has not diverged. */
  divergedBatch: number | null;
  stageIds: number[];
}

/** One metric of one run by batch: the concatenation of the stages along its path. Empty where it was not recorded. */
export function readCurve(storage: Storage, runId: number, metric: string, range: CurveRange = {}): Curve {
  const path = readPaths(storage, [runId]).get(runId);
  return path === undefined ? { batches: [], values: [] } : curveReader(storage, metric, range)(path);
}

/** The paths of runs, by run; without those that are not there. */
export function readPaths(storage: Storage, runIds: readonly number[]): Map<number, RunPath> {
  const rows = storage
    .prepare(
      `SELECT r.id, r.epsilon, CASE r.state WHEN 'diverged' THEN r.divergedBatch END, p.stageId
    FROM json_each(?) AS wanted CROSS JOIN "Run" r ON r.id = wanted.value
    LEFT JOIN "RunStage" p ON p.runId = r.id ORDER BY r.id, p.position`,
    )
    .raw()
    .all(JSON.stringify(runIds)) as [
    runId: number,
    epsilon: number | null,
    divergedBatch: number | null,
    stageId: number | null,
  ][];
  const paths = new Map<number, RunPath>();
  for (const [runId, epsilon, divergedBatch, stageId] of rows) {
    const path = paths.get(runId) ?? { epsilon, divergedBatch, stageIds: [] };
    if (stageId !== null) path.stageIds.push(stageId);
    paths.set(runId, path);
  }
  return paths;
}

/**
 * Reads one metric of several runs: a stage that runs share is read once.
 *
 * @returns gives the curve of a run; runs with the same stages get the same object
 */
export function curveReader(
  storage: Storage,
  metric: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: CurveRange = {},
): (path: RunPath) => Curve {
  const idsFor = metricIds(storage, metric);
  const points = storage
    .prepare(
      'SELECT batch, value FROM "Point" WHERE stageId = ? AND metricId = ? AND batch BETWEEN ? AND ? ORDER BY batch',
    )
    .raw();
  const read = new Map<string, Curve>();
  const once = (key: string, make: () => Curve): Curve => {
    const curve = read.get(key) ?? make();
    read.set(key, curve);
    return curve;
  };
  const readStage = (stageId: number, ids: number[]): Curve => {
    const parts = ids.map((id) => points.all(stageId, id, from, to) as Point[]).filter((part) => part.length > 0);
    return toCurve(parts.length > 1 ? parts.flat().sort(([a], [b]) => a - b) : (parts[0] ?? []));
  };
  return ({ epsilon, stageIds }) => {
    const ids = idsFor(epsilon);
    const stages = stageIds.map((stageId) => once(`${stageId} of ${ids}`, () => readStage(stageId, ids)));
    return stages.length === 1 ? stages[0]! : once(`${stageIds} of ${ids}`, () => concatenate(stages));
  };
}

/** The ids under which stages record a metric: one for all runs, and one for each ε that a run may have. */
export function metricIds(storage: Storage, metric: string): (epsilon: number | null) => number[] {
  const metrics = storage.prepare('SELECT id, epsilon FROM "Metric" WHERE name = ? ORDER BY id').all(metric) as {
    id: number;
    epsilon: number | null;
  }[];
  return (own) => metrics.filter(({ epsilon }) => epsilon === null || epsilon === own).map(({ id }) => id);
}

type Point = [batch: number, value: number | null];

function toCurve(points: readonly Point[]): Curve {
  const curve: Curve = { batches: new Array(points.length), values: new Array(points.length) };
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    curve.batches[i] = point[0];
    curve.values[i] = point[1];
  }
  return curve;
}

function concatenate(curves: readonly Curve[]): Curve {
  const [first, ...others] = curves.filter(({ batches }) => batches.length > 0);
  if (first === undefined || others.length === 0) return first ?? { batches: [], values: [] };
  return {
    batches: first.batches.concat(...others.map(({ batches }) => batches)),
    values: first.values.concat(...others.map(({ values }) => values)),
  };
}
