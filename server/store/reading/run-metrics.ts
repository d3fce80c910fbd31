import { METRICS } from '../../sweep/metrics.ts';
import type { Storage } from '../database/storage.ts';

export interface MetricSummary {
  /** Its last value; null where this was not finite, and where the run diverged after the metric was measured last. */
  last: number | null;
  /** By the metric's own direction; null for metrics that have none. */
  best: number | null;
  bestBatch: number | null;
}

const BETTER = new Map(METRICS.map(({ name, better }) => [name, better]));

/** Which of a metric's summary columns is its best. */
export function bestColumn(metric: string): 'max' | 'min' | null {
  const better = BETTER.get(metric) ?? null;
  return better === null ? null : better === 'higher' ? 'max' : 'min';
}

/** Last and best of every metric that these runs recorded, from the summaries of the stages along their paths. */
export function readRunMetrics(storage: Storage, runIds: number[]): Map<number, Record<string, MetricSummary>> {
  const rows = storage
    .prepare(
      `SELECT p.runId, m.name,
      CASE WHEN r.state = 'diverged' AND g.lastBatch < r.divergedBatch THEN NULL ELSE g.last END AS last,
      g.min, g.minBatch, g.max, g.maxBatch FROM json_each(?) AS wanted
    JOIN "Run" r ON r.id = wanted.value JOIN "RunStage" p ON p.runId = r.id
    JOIN "StageMetric" g ON g.stageId = p.stageId
    JOIN "Metric" m ON m.id = g.metricId AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)
    ORDER BY p.runId, m.name, p.position`,
    )
    .all(JSON.stringify(runIds)) as Row[];
  const runs = new Map<number, Record<string, MetricSummary>>(runIds.map((id) => [id, {}]));
  for (const row of rows) {
    const metrics = runs.get(row.runId)!;
    metrics[row.name] = follow(metrics[row.name], row);
  }
  return runs;
}

interface Row {
  runId: number;
  name: string;
  last: number | null;
  min: number | null;
  minBatch: number | null;
  max: number | null;
  maxBatch: number | null;
}

/** The summary so far, followed by that of a later stage. */
function follow(before: MetricSummary | undefined, row: Row): MetricSummary {
  const column = bestColumn(row.name);
  const best = column && row[column];
  const bestBatch = column && (column === 'max' ? row.maxBatch : row.minBatch);
  const keeps =
    before && before.best !== null && (best === null || (column === 'max' ? before.best >= best : before.best <= best));
  return keeps ? { ...before, last: row.last } : { last: row.last, best, bestBatch };
}

/**
 * Seconds of training along a run's path, evaluations and shared stages included, as an SQL expression over a table
 * with the alias `r`; NULL before the run has trained.
 */
export const RUN_SECONDS = `(SELECT nullif(sum(g.trainingSeconds + g.evaluationSeconds), 0)
  FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId WHERE p.runId = r.id)`;
