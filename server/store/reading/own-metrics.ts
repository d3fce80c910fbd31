import type { Metric } from '../../sweep/metrics.ts';
import type { Storage } from '../database/storage.ts';

/** The metrics that the definition of a sweep names itself. */
export function ownMetrics(storage: Storage, sweepId: number): Metric[] {
  const text = storage.prepare(`SELECT json_extract(plan, '$.metrics') FROM "Sweep" WHERE id = ?`).pluck().get(sweepId);
  return typeof text === 'string' ? (JSON.parse(text) as Metric[]) : [];
}

/** The metrics that the newest sweep of each of these runs names: of each name, the newest sweep's. */
export function ownMetricsOfRuns(storage: Storage, runIds: readonly number[]): Metric[] {
  const texts = storage
    .prepare(
      `SELECT json_extract(plan, '$.metrics') FROM "Sweep" WHERE id IN (
      SELECT s.sweepId FROM json_each(?) AS wanted CROSS JOIN "SweepRun" s ON s.runId = wanted.value) ORDER BY id`,
    )
    .pluck()
    .all(JSON.stringify(runIds)) as (string | null)[];
  const metrics = texts.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Metric[])));
  return [...new Map(metrics.map((metric) => [metric.name, metric])).values()];
}
