import { join } from 'node:path';
import type { Storage } from '../../store/database/storage.ts';
import { readCurveRows, readPairRows, readRunRows, type ViewRow } from '../../store/reading/read-views.ts';
import { CURVE_COLUMNS, PAIR_COLUMNS, RUN_COLUMNS, type Columns } from './columns.ts';
import { writeParquetFile } from './parquet-file.ts';

/**
 * Writes sweeps as Parquet files: the views of docs/sql.md, one file each.
 *
 * @param folder an empty one
 * @param metrics of these alone; null: of all that are recorded
 * @returns how many rows each file has
 */
export async function exportParquet(
  storage: Storage,
  sweepIds: readonly number[],
  folder: string,
  metrics: readonly string[] | null,
): Promise<Record<string, number>> {
  const write = async (name: string, columns: Columns, rows: Iterable<ViewRow>) =>
    [name, await writeParquetFile(join(folder, name), columns, rows)] as const;
  return Object.fromEntries([
    await write('runs.parquet', RUN_COLUMNS, readRunRows(storage, sweepIds)),
    await write('curves.parquet', CURVE_COLUMNS, readCurveRows(storage, sweepIds, metrics)),
    await write('pairs.parquet', PAIR_COLUMNS, readPairRows(storage, sweepIds, metrics)),
  ]);
}
