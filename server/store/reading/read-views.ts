import type { Storage } from '../database/storage.ts';

/** One row of a view; docs/sql.md describes the columns. */
export type ViewRow = Record<string, string | number | null>;

/** The rows of the view `runs` for these sweeps, in the order of the plan. */
export function readRunRows(storage: Storage, sweepIds: readonly number[]): IterableIterator<ViewRow> {
  return rowsOf(storage, 'SELECT * FROM "runs" WHERE sweep_id = @sweepId ORDER BY arm_index, seed', sweepIds, null);
}

/**
 * The rows of the view `pairs` for these sweeps.
 *
 * @param metrics of these alone; null: of all
 */
export function readPairRows(
  storage: Storage,
  sweepIds: readonly number[],
  metrics: readonly string[] | null,
): IterableIterator<ViewRow> {
  const sql = `SELECT * FROM "pairs" WHERE sweep_id = @sweepId AND ${WANTED} ORDER BY arm_index, seed, metric`;
  return rowsOf(storage, sql, sweepIds, metrics);
}

/**
 * The rows of the view `curves` for the runs of these sweeps, one run after the other: SQLite sorts the points of one
 * run, and not those of all.
 *
 * @param metrics of these alone; null: of all
 */
export function* readCurveRows(
  storage: Storage,
  sweepIds: readonly number[],
  metrics: readonly string[] | null,
): Generator<ViewRow> {
  const runIds = storage
    .prepare('SELECT DISTINCT runId FROM "SweepRun" WHERE sweepId IN (SELECT value FROM json_each(?)) ORDER BY runId')
    .pluck()
    .all(JSON.stringify(sweepIds)) as number[];
  const points = storage.prepare(`SELECT * FROM "curves" WHERE run_id = @runId AND ${WANTED} ORDER BY metric, batch`);
  for (const runId of runIds) yield* points.iterate({ runId, metrics: toJson(metrics) }) as IterableIterator<ViewRow>;
}

const WANTED = '(@metrics IS NULL OR metric IN (SELECT value FROM json_each(@metrics)))';

function* rowsOf(
  storage: Storage,
  sql: string,
  sweepIds: readonly number[],
  metrics: readonly string[] | null,
): Generator<ViewRow> {
  const rows = storage.prepare(sql);
  for (const sweepId of sweepIds)
    yield* rows.iterate({ sweepId, metrics: toJson(metrics) }) as IterableIterator<ViewRow>;
}

function toJson(metrics: readonly string[] | null): string | null {
  return metrics === null ? null : JSON.stringify(metrics);
}
