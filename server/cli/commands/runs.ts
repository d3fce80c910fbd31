import { Option } from 'commander';
import type { RunLine } from '../../report/formats/runs-table.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { ListedRun, RunQuery } from '../../store/reading/list-runs.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import type { RunColumn } from '../../sweep/filter/run-column.ts';
import type { Cell } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { wordsOption } from '../words-option.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

interface Options {
  filter?: string;
  columns?: string[];
  sort?: string;
  format?: 'table' | 'csv' | 'json';
}

export const runsCommand: CliCommand = {
  define(program, run) {
    program
      .command('runs')
      .description('one row per run: parameters, seed, state, engine, seconds, last and best of each metric')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .option('--filter <condition>', 'such as \'beta >= 0.3 and last(val/accuracy) > 0.97 and tag = "x"\'')
      .option(
        '--columns <columns>',
        'with commas between: parameters, seed, state, last(METRIC), best(METRIC), delta(METRIC), …',
        wordsOption,
      )
      .option('--sort <column>', 'by this column; with - before it the largest first; default: by arm')
      .addOption(
        new Option('--format <format>', 'default: table on a terminal, else csv').choices(['table', 'csv', 'json']),
      )
      .action(run(runs));
  },
};

function runs(session: Session, what: string, options: Options): Promise<void> {
  const { output } = session;
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { listRuns } = await import('../../store/reading/list-runs.ts');
    const { parseSweepId } = await import('../../store/database/ids.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { readColumns } = await import('../../http/answers/run-query.ts');
    const sweep = (await readSweep(storage, await findSweep(storage, what)))!;
    const id = parseSweepId(sweep.id)!;
    const format = session.json ? 'json' : (options.format ?? (output.columns !== null ? 'table' : 'csv'));
    const chosen = options.columns ?? (format === 'table' ? await usualColumns(sweep) : null);
    const columns = chosen === null ? null : readColumns(storage, id, chosen);
    const { items } = listRuns(storage, id, await toQuery(storage, id, options, columns));
    output.data(await write(items, format, columns, sweep.metrics));
  });
}

async function toQuery(
  storage: Storage,
  sweepId: number,
  { filter, sort = 'arm' }: Options,
  columns: readonly RunColumn[] | null,
): Promise<RunQuery> {
  const { readColumns, readFilter, toWantedColumns } = await import('../../http/answers/run-query.ts');
  const descending = sort.startsWith('-');
  const [by] = readColumns(storage, sweepId, [descending ? sort.slice(1) : sort]);
  return {
    sort: by!.key,
    descending,
    ...(filter === undefined ? {} : { filter: readFilter(storage, sweepId, filter) }),
    ...(columns === null ? {} : { columns: toWantedColumns(columns) }),
  };
}

/** What identifies a run, what varies, and the sweep's metric with its difference to the control. */
async function usualColumns({ armList, metric }: SweepRecord): Promise<string[]> {
  const { varyingNames } = await import('../../report/curves/arm-params.ts');
  const { shownParameters } = await import('../../sweep/shown-parameters.ts');
  const varying = varyingNames(armList.map(shownParameters));
  return ['id', 'name', 'seed', 'state', ...varying, `last:${metric.name}`, `delta:${metric.name}`, 'seconds'];
}

async function write(
  runs: readonly ListedRun[],
  format: 'table' | 'csv' | 'json',
  columns: readonly RunColumn[] | null,
  metrics: readonly string[],
): Promise<string> {
  if (columns === null) return writeAll(runs, format, metrics);
  const { cellOf } = await import('../../http/answers/run-cells.ts');
  const rows = runs.map((run) => columns.map((column) => cellOf(run, column)));
  const head = columns.map(toHead);
  if (format === 'json')
    return JSON.stringify(rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i]!, cell]))));
  if (format === 'csv') return (await import('../../report/formats/csv.ts')).toCsvLines(head, rows);
  const { toColumns } = await import('../columns.ts');
  return toColumns(
    head,
    rows.map((row) => row.map(toCell)),
  );
}

function toCell(value: string | number | boolean | null): Cell {
  if (typeof value === 'number') return Number(value.toPrecision(5));
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

/** As it is written in a filter. */
function toHead(column: RunColumn): string {
  return column.kind === 'metric' ? `${column.which}(${column.metric})` : column.key;
}

async function writeAll(
  runs: readonly ListedRun[],
  format: 'table' | 'csv' | 'json',
  metrics: readonly string[],
): Promise<string> {
  const rows = runs.map((run) => toRow(run, metrics));
  return format === 'json'
    ? JSON.stringify(rows)
    : (await import('../../report/formats/runs-csv.ts')).runRowsToCsv(rows);
}

/** Made from the stored summaries. The curves themselves, millions of points, are not read. */
function toRow(
  {
    id,
    arm,
    armName,
    control,
    seed,
    params,
    state,
    engine,
    device,
    versions,
    bits,
    seconds,
    error,
    metrics,
  }: ListedRun,
  names: readonly string[],
): RunLine {
  const none = { last: null, best: null, bestBatch: null };
  return {
    run: id,
    arm,
    armName,
    control,
    seed,
    params,
    state,
    engine,
    device,
    versions,
    bits,
    seconds,
    error,
    metrics: Object.fromEntries(names.map((name) => [name, metrics[name] ?? none])),
  };
}
