import type { Curve } from '../../sweep/results.ts';
import type { Storage } from '../database/storage.ts';

/** A range of batches, both ends included. */
export interface CurveRange {
  from?: number;
  to?: number;
}

/** One metric of one run by batch: the concatenation of the stages along its path. Empty where it was not recorded. */
export function readCurve(
  storage: Storage,
  runId: number,
  metric: string,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: CurveRange = {},
): Curve {
  const points = storage
    .prepare(
      `SELECT v.batch, v.value FROM "Run" r JOIN "RunStage" p ON p.runId = r.id
    JOIN "Metric" m ON m.name = @metric AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)
    JOIN "Point" v ON v.stageId = p.stageId AND v.metricId = m.id AND v.batch BETWEEN @from AND @to
    WHERE r.id = @runId ORDER BY p.position, v.batch`,
    )
    .raw()
    .all({ runId, metric, from, to }) as [number, number | null][];
  const curve: Curve = { batches: new Array(points.length), values: new Array(points.length) };
  for (let i = 0; i < points.length; i++) [curve.batches[i], curve.values[i]] = points[i]! as [number, number];
  return curve;
}
