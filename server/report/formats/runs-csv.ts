import { toCsvLines } from './csv.ts';
import type { RunLine } from './runs-table.ts';

/**
 * The runs table as CSV: a column per parameter, and `METRIC last`, `METRIC best`, `METRIC bestBatch` per metric. Every
 * row has the same metrics.
 */
export function runRowsToCsv(rows: readonly RunLine[]): string {
  const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))];
  const metrics = Object.keys(rows[0]?.metrics ?? {});
  const columns = [
    'run',
    'arm',
    'armName',
    'control',
    'seed',
    ...params,
    'state',
    'engine',
    'seconds',
    'error',
    ...metrics.flatMap((name) => [`${name} last`, `${name} best`, `${name} bestBatch`]),
  ];
  return toCsvLines(
    columns,
    rows.map((row) => [
      row.run,
      row.arm,
      row.armName,
      row.control,
      row.seed,
      ...params.map((key) => row.params[key] ?? null),
      row.state,
      row.engine,
      row.seconds,
      row.error,
      ...metrics.flatMap((name) => [row.metrics[name]!.last, row.metrics[name]!.best, row.metrics[name]!.bestBatch]),
    ]),
  );
}
