import { NO_MARK, type Mark } from '../../sweep/marks.ts';
import type { RunState } from '../../sweep/results.ts';
import { runName } from '../database/ids.ts';
import { LOSS_PARAMETERS, type LossParameter } from '../../sweep/parameter-names.ts';
import type { Metric } from '../../sweep/metrics.ts';
import type { PageOptions } from './list-sweeps.ts';
import { toReason } from './run-reason.ts';
import { ownMetrics } from './own-metrics.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import {
  bestColumn,
  LAST_VALUE,
  readRunMetrics,
  RUN_SECONDS,
  STAGES_OF_METRIC,
  type MetricSummary,
} from './run-metrics.ts';
import { readRunMarks } from './read-marks.ts';
import type { Filter } from '../../sweep/filter/filter.ts';
import { filterRuns } from './filter-runs.ts';
import { readRunValues } from './run-values.ts';
import { hasWords } from '../../sweep/search-text.ts';
import { seenRunState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

export interface ListedRun {
  id: string;
  arm: number;
  armName: string;
  ablation: string | null;
  control: boolean;
  seed: number;
  state: RunState;
  /** Why the run failed, or where it diverged. */
  error: string | null;
  engine: string | null;
  device: string | null;
  versions: Record<string, string>;
  /** The signature of the bits that its machine computes; null where it is unknown. */
  bits: string | null;
  /** Seconds of training, evaluations included; null before it has trained. */
  seconds: number | null;
  /** Batches committed, of `batches`. */
  batch: number;
  batches: number;
  /** True where another sweep had already completed it. */
  reused: boolean;
  startedAt: Date | null;
  finishedAt: Date | null;
  params: ShownParameters;
  metrics: Record<string, MetricSummary>;
  /** What is remembered of the run. */
  mark: Mark;
  /** Of the metrics in `columns.deltas`: the difference to the control of the same seed; null while there is none. */
  deltas: Record<string, number | null>;
}

/** Each condition narrows the list; a condition that is left out lets every run pass. */
export interface RunFilter {
  states?: RunState[];
  arms?: number[];
  seeds?: number[];
  /** Words that the arm's name contains, as `hasWords` finds them. */
  text?: string;
  filter?: Filter;
}

export interface RunQuery extends RunFilter, PageOptions {
  /**
   * `id` `arm` `seed` `state` `engine` `seconds` `startedAt`, a key of `ShownParameters`, `last:METRIC`,
   * `best:METRIC` or `delta:METRIC`. Without it the runs are in the order of training.
   */
  sort?: string;
  descending?: boolean;
  /** The metrics that are wanted, of which nothing else is read. Default: all, and no difference. */
  columns?: { metrics: readonly string[]; deltas: readonly string[] };
}

const FROM = `FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
  JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex`;

/**
 * Runs of a sweep: filtered, sorted and cut to a page by SQLite. Runs without a value to sort by come last in either
 * direction; so do diverged ones where a metric is sorted by.
 */
export function listRuns(
  storage: Storage,
  sweepId: number,
  query: RunQuery = {},
): { items: ListedRun[]; total: number } {
  const all = toWhere(storage, sweepId, query);
  const total = storage
    .prepare(`SELECT count(*) ${FROM} WHERE ${all.sql}`)
    .pluck()
    .get(...all.values) as number;
  const { where, order, places, limit, offset } = selectPage(storage, sweepId, query, all);
  const rows = storage
    .prepare(
      `SELECT s.position, r.id, s.armIndex AS arm, a.name AS armName, a.ablation, a.control, s.seed,
      ${seenRunState(storage)} AS state, r.error, r.divergedBatch, r.engine,
      r.device, r.versions, r.bits, ${RUN_SECONDS} AS seconds,
      r.batch, r.batches, s.reused, r.startedAt, r.finishedAt,
      a.alpha, a.beta, a.gamma, a.epsilon, a.N, a.swept
      ${FROM} WHERE ${where.sql} ORDER BY ${order.sql} LIMIT ? OFFSET ?`,
    )
    .all(...where.values, ...order.values, limit, offset) as Row[];
  if (places) rows.sort((a, b) => places.get(a.position)! - places.get(b.position)!);
  const ids = rows.map(({ id }) => id);
  const marks = readRunMarks(storage, ids);
  const metrics = readRunMetrics(storage, ids, query.columns?.metrics ?? null, ownMetrics(storage, sweepId));
  const deltas = (query.columns?.deltas ?? []).map(
    (metric) => [metric, readRunValues(storage, sweepId, 'delta', metric)] as const,
  );
  const names = declaredNames(storage, sweepId);
  const items = rows.map(({ position, ...row }) => ({
    ...toRunRow(row, names, metrics.get(row.id)!, marks.get(runName(row.id)) ?? NO_MARK),
    deltas: Object.fromEntries(deltas.map(([metric, values]) => [metric, values.get(position) ?? null])),
  }));
  return { items, total };
}

interface Selection {
  where: Fragment;
  order: Fragment;
  /** The order of the runs by their positions, where SQLite does not know it. */
  places?: ReadonlyMap<number, number>;
  limit: number;
  offset: number;
}

/** SQLite sorts by every key but the difference to another run: then the page is cut here. */
function selectPage(
  storage: Storage,
  sweepId: number,
  { sort, descending, limit = -1, offset = 0 }: RunQuery,
  where: Fragment,
): Selection {
  const [, metric] = /^delta:(.+)$/s.exec(sort ?? '') ?? [];
  if (metric === undefined)
    return { where, order: toOrder(storage, sweepId, sort, descending === true), limit, offset };
  const deltas = readRunValues(storage, sweepId, 'delta', metric);
  const positions = storage
    .prepare(`SELECT s.position ${FROM} WHERE ${where.sql} ORDER BY s.position`)
    .pluck()
    .all(...where.values) as number[];
  const sign = descending ? -1 : 1;
  const sorted = [
    ...positions.filter((position) => deltas.has(position)).sort((a, b) => sign * (deltas.get(a)! - deltas.get(b)!)),
    ...positions.filter((position) => !deltas.has(position)),
  ];
  const page = JSON.stringify(sorted.slice(offset, limit < 0 ? undefined : offset + limit));
  return {
    where: { sql: 's.sweepId = ? AND s.position IN (SELECT value FROM json_each(?))', values: [sweepId, page] },
    order: { sql: 's.position', values: [] },
    places: new Map(sorted.map((position, place) => [position, place])),
    limit: -1,
    offset: 0,
  };
}

/** Columns to sort by that need neither metrics nor swept keys. */
const COLUMNS: Record<string, string> = {
  id: 'r.id',
  arm: 's.armIndex',
  seed: 's.seed',
  engine: 'r.engine',
  seconds: RUN_SECONDS,
  startedAt: 'r.startedAt',
  finishedAt: 'r.finishedAt',
  name: 'a.name',
  control: 'a.control',
  device: 'r.device',
  batch: 'r.batch',
  batches: 'r.batches',
  error: 'r.error',
  alpha: 'a.alpha',
  beta: 'a.beta',
  gamma: 'a.gamma',
  epsilon: 'a.epsilon',
  N: 'a.N',
};

interface Fragment {
  sql: string;
  values: (string | number)[];
}

interface Row {
  position: number;
  id: number;
  arm: number;
  armName: string;
  ablation: string | null;
  control: number;
  seed: number;
  state: RunState;
  error: string | null;
  divergedBatch: number | null;
  engine: string | null;
  device: string | null;
  versions: string | null;
  bits: string | null;
  seconds: number | null;
  batch: number;
  batches: number;
  reused: number;
  startedAt: number | null;
  finishedAt: number | null;
  alpha: number | null;
  beta: number | null;
  gamma: number | null;
  epsilon: number | null;
  N: number | null;
  swept: string;
}

function toWhere(storage: Storage, sweepId: number, { states, arms, seeds, text, filter }: RunFilter): Fragment {
  const parts = ['s.sweepId = ?'];
  const values: (string | number)[] = [sweepId];
  const oneOf = (column: string, wanted: unknown[] | undefined): void => {
    if (!wanted) return;
    parts.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(wanted));
  };
  oneOf(seenRunState(storage), states);
  oneOf('s.armIndex', arms);
  oneOf('s.seed', seeds);
  if (text) oneOf('s.armIndex', armsWith(storage, sweepId, text));
  if (filter) oneOf('s.position', filterRuns(storage, sweepId, filter));
  return { sql: parts.join(' AND '), values };
}

/** SQLite knows neither Greek capitals nor the words of letters, so names are compared here. */
function armsWith(storage: Storage, sweepId: number, text: string): number[] {
  const arms = storage.prepare('SELECT "index", name FROM "Arm" WHERE sweepId = ?').all(sweepId) as {
    index: number;
    name: string;
  }[];
  return arms.filter(({ name }) => hasWords(name, text)).map(({ index }) => index);
}

/** Those of the five numbers that exist for the sweep's runs: for a program those that its definition declares. */
function declaredNames(storage: Storage, sweepId: number): readonly LossParameter[] {
  const declared = storage
    .prepare(`SELECT json_extract(settings, '$.training.program.parameters') FROM "Arm" WHERE sweepId = ? LIMIT 1`)
    .pluck()
    .get(sweepId) as string | null | undefined;
  return declared ? (JSON.parse(declared) as LossParameter[]) : LOSS_PARAMETERS;
}

/** The key is looked up or bound, never put into the statement. */
function toOrder(storage: Storage, sweepId: number, sort: string | undefined, descending: boolean): Fragment {
  if (sort === undefined) return { sql: 's.position', values: [] };
  const { sql, values } = toKey(storage, sort, ownMetrics(storage, sweepId));
  return { sql: `${sql} IS NULL, ${sql} ${descending ? 'DESC' : 'ASC'}, s.position`, values: [...values, ...values] };
}

function toKey(storage: Storage, sort: string, own: readonly Metric[]): Fragment {
  if (sort === 'state') return { sql: seenRunState(storage), values: [] };
  if (Object.hasOwn(COLUMNS, sort)) return { sql: COLUMNS[sort]!, values: [] };
  const [, which, metric] = /^(last|best):(.+)$/s.exec(sort) ?? [];
  if (metric === undefined) return { sql: 'json_extract(a.swept, ?)', values: [`$.${JSON.stringify(sort)}`] };
  const stages = STAGES_OF_METRIC.replace('@metric', '?');
  // What a diverged run had before is no result: it does not stand among those of runs that went on.
  const result = (sql: string): Fragment => ({
    sql: `CASE r.state WHEN 'diverged' THEN NULL ELSE ${sql} END`,
    values: [metric],
  });
  if (which === 'last') return result(LAST_VALUE.replace('@metric', '?'));
  const column = bestColumn(metric, own);
  return column ? result(`(SELECT ${column}(g.${column}) ${stages})`) : { sql: 'NULL', values: [] };
}

function toRunRow(
  row: Omit<Row, 'position'>,
  names: readonly LossParameter[],
  metrics: Record<string, MetricSummary>,
  mark: Mark,
): Omit<ListedRun, 'deltas'> {
  const {
    id,
    error,
    divergedBatch,
    control,
    reused,
    startedAt,
    finishedAt,
    alpha,
    beta,
    gamma,
    epsilon,
    N,
    swept,
    versions,
    ...rest
  } = row;
  const numbers = { alpha, beta, gamma, epsilon, N };
  return {
    ...rest,
    versions: versions === null ? {} : JSON.parse(versions),
    id: runName(id),
    error: toReason(error, divergedBatch),
    control: control === 1,
    reused: reused === 1,
    startedAt: startedAt === null ? null : new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
    params: { ...Object.fromEntries(names.map((name) => [name, numbers[name]])), ...JSON.parse(swept) },
    metrics,
    mark,
  };
}
