import { METRICS } from '../../sweep/metrics.ts';
import { readPaths } from './read-curve.ts';
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

/**
 * The summaries of `@metric` in the stages along a run's path, as the FROM and WHERE of an SQL expression over a table
 * with the alias `r`. SQLite would begin with all stages that have the metric; the order of a cross join is kept.
 */
export const STAGES_OF_METRIC = `FROM "RunStage" p CROSS JOIN "Metric" m ON m.name = @metric
  CROSS JOIN "StageMetric" g ON g.stageId = p.stageId AND g.metricId = m.id
  WHERE p.runId = r.id AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)`;

/** The last value of `@metric`, as an SQL expression over a table with the alias `r`. */
export const LAST_VALUE = `(SELECT g.last ${STAGES_OF_METRIC} ORDER BY p.position DESC LIMIT 1)`;

/**
 * Last and best of every metric that these runs recorded, from the summaries of the stages along their paths. A stage
 * that several of the runs share is read once.
 */
export function readRunMetrics(storage: Storage, runIds: number[]): Map<number, Record<string, MetricSummary>> {
  const paths = readPaths(storage, runIds);
  const stages = readStageMetrics(storage, [...new Set([...paths.values()].flatMap(({ stageIds }) => stageIds))]);
  return new Map(
    runIds.map((id) => {
      const path = paths.get(id);
      if (path === undefined) return [id, {}]; // another process has removed the run
      const { epsilon, divergedBatch, stageIds } = path;
      const summaries: (MetricSummary | undefined)[] = [];
      for (const row of stageIds.flatMap((stageId) => stages.rows.get(stageId)!)) {
        if (row.epsilon !== null && row.epsilon !== epsilon) continue;
        // A value from before the run diverged is not its last.
        const isStale = divergedBatch !== null && row.lastBatch < divergedBatch;
        summaries[row.place] = follow(summaries[row.place], isStale ? { ...row, last: null } : row);
      }
      return [id, byName(stages.names, summaries)];
    }),
  );
}

interface Row {
  /** Of its name in the names of all metrics, sorted. */
  place: number;
  epsilon: number | null;
  lastBatch: number;
  last: number | null;
  best: number | null;
  bestBatch: number | null;
  better: 'max' | 'min' | null;
}

/** @returns the summaries of each of the stages */
function readStageMetrics(storage: Storage, stageIds: number[]): { names: string[]; rows: Map<number, Row[]> } {
  const metrics = storage.prepare('SELECT id, name, epsilon FROM "Metric"').all() as {
    id: number;
    name: string;
    epsilon: number | null;
  }[];
  const names = [...new Set(metrics.map(({ name }) => name))].sort();
  const known = new Map(
    metrics.map(({ id, name, epsilon }) => [id, { place: names.indexOf(name), epsilon, better: bestColumn(name) }]),
  );
  const read = storage
    .prepare(
      `SELECT g.stageId, g.metricId, g.lastBatch, g.last, g.min, g.minBatch, g.max, g.maxBatch
    FROM json_each(?) AS wanted
    CROSS JOIN "StageMetric" g ON g.stageId = wanted.value`,
    )
    .raw()
    .all(JSON.stringify(stageIds)) as Summary[];
  const rows = new Map<number, Row[]>(stageIds.map((id) => [id, []]));
  for (const [stageId, metricId, lastBatch, last, min, minBatch, max, maxBatch] of read) {
    const metric = known.get(metricId)!;
    const [best, bestBatch] =
      metric.better === null ? [null, null] : metric.better === 'max' ? [max, maxBatch] : [min, minBatch];
    rows.get(stageId)!.push({ ...metric, lastBatch, last, best, bestBatch });
  }
  return { names, rows };
}

type Summary = [
  stageId: number,
  metricId: number,
  lastBatch: number,
  last: number | null,
  min: number | null,
  minBatch: number | null,
  max: number | null,
  maxBatch: number | null,
];

/** The summary so far, followed by that of a later stage. */
function follow(before: MetricSummary | undefined, { last, best, bestBatch, better }: Row): MetricSummary {
  const keeps =
    before && before.best !== null && (best === null || (better === 'max' ? before.best >= best : before.best <= best));
  return keeps ? { ...before, last } : { last, best, bestBatch };
}

function byName(names: readonly string[], summaries: (MetricSummary | undefined)[]): Record<string, MetricSummary> {
  const record: Record<string, MetricSummary> = {};
  names.forEach((name, place) => {
    const summary = summaries[place];
    if (summary !== undefined) record[name] = summary;
  });
  return record;
}

/**
 * Seconds of training along a run's path, evaluations and shared stages included, as an SQL expression over a table
 * with the alias `r`; NULL before the run has trained.
 */
export const RUN_SECONDS = `(SELECT nullif(sum(g.trainingSeconds + g.evaluationSeconds), 0)
  FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId WHERE p.runId = r.id)`;
