import { findMetric, type Metric } from '../../sweep/metrics.ts';
import { readPaths, type RunPath } from './read-curve.ts';
import type { Storage } from '../database/storage.ts';

export interface MetricSummary {
  /** Its last value; null where this was not finite, and where the run diverged after the metric was measured last. */
  last: number | null;
  /** By the metric's own direction; null for metrics that have none. */
  best: number | null;
  bestBatch: number | null;
}

/**
 * Which of a metric's summary columns is its best.
 *
 * @param own the metrics that the sweep names itself
 */
export function bestColumn(metric: string, own: readonly Metric[]): 'max' | 'min' | null {
  const better = findMetric(metric, own)?.better ?? null;
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
 *
 * @param only of these metrics alone
 * @param own the metrics that the sweep names itself
 */
export function readRunMetrics(
  storage: Storage,
  runIds: number[],
  only: readonly string[] | null = null,
  own: readonly Metric[] = [],
): Map<number, Record<string, MetricSummary>> {
  const paths = readPaths(storage, runIds);
  const metrics = readMetrics(storage, only, own);
  const stages = readStages(storage, [...new Set([...paths.values()].flatMap(({ stageIds }) => stageIds))], metrics);
  return new Map(
    runIds.map((id) => {
      const path = paths.get(id); // undefined: another process has removed the run
      return [id, path === undefined ? {} : byName(metrics.names, followPath(path, stages, metrics))];
    }),
  );
}

/** The metrics of a reading: their names in order, and what each id stands for. */
interface Metrics {
  names: string[];
  byId: Map<number, { place: number; epsilon: number | null; better: 'max' | 'min' | null }>;
}

type StageSummary = [
  stageId: number,
  metricId: number,
  lastBatch: number,
  last: number | null,
  min: number | null,
  minBatch: number | null,
  max: number | null,
  maxBatch: number | null,
];

function readMetrics(storage: Storage, only: readonly string[] | null, own: readonly Metric[]): Metrics {
  const rows = storage.prepare('SELECT id, name, epsilon FROM "Metric"').all() as {
    id: number;
    name: string;
    epsilon: number | null;
  }[];
  const wanted = only === null ? rows : rows.filter(({ name }) => only.includes(name));
  const names = [...new Set(wanted.map(({ name }) => name))].sort();
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    names,
    byId: new Map(
      wanted.map(({ id, name, epsilon }) => [id, { place: places.get(name)!, epsilon, better: bestColumn(name, own) }]),
    ),
  };
}

/** The summaries of each stage. Ten thousand runs have half a million: rows stay as SQLite gives them. */
function readStages(storage: Storage, stageIds: number[], { byId }: Metrics): Map<number, StageSummary[]> {
  if (byId.size === 0) return new Map(stageIds.map((id) => [id, []]));
  const rows = storage
    .prepare(
      `SELECT g.stageId, g.metricId, g.lastBatch, g.last, g.min, g.minBatch, g.max, g.maxBatch
    FROM json_each(?) AS wanted
    CROSS JOIN "StageMetric" g ON g.stageId = wanted.value`,
    )
    .raw()
    .iterate(JSON.stringify(stageIds)) as IterableIterator<StageSummary>;
  const stages = new Map<number, StageSummary[]>(stageIds.map((id) => [id, []]));
  for (const row of rows) if (byId.has(row[1])) stages.get(row[0])!.push(row);
  return stages;
}

/** The summaries of a run's path, each by the place of its metric. */
function followPath(
  { epsilon: own, divergedBatch, stageIds }: RunPath,
  stages: Map<number, StageSummary[]>,
  { byId }: Metrics,
): (MetricSummary | undefined)[] {
  const summaries: (MetricSummary | undefined)[] = [];
  for (const stageId of stageIds) {
    for (const [, metricId, lastBatch, recorded, min, minBatch, max, maxBatch] of stages.get(stageId)!) {
      const { place, epsilon, better } = byId.get(metricId)!;
      if (epsilon !== null && epsilon !== own) continue;
      // A value from before the run diverged is not its last.
      const last = divergedBatch !== null && lastBatch < divergedBatch ? null : recorded;
      const [best, bestBatch] = better === null ? [null, null] : better === 'max' ? [max, maxBatch] : [min, minBatch];
      const before = summaries[place];
      if (before !== undefined && keepsBest(before.best, best, better)) before.last = last;
      else summaries[place] = { last, best, bestBatch };
    }
  }
  return summaries;
}

/** True where the best of the stages before stays the best: of equal ones the earliest is. */
function keepsBest(before: number | null, best: number | null, better: 'max' | 'min' | null): boolean {
  return before !== null && (best === null || (better === 'max' ? before >= best : before <= best));
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
