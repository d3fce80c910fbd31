import { fileWriter, ParquetWriter, schemaFromColumnData, type BasicType, type ColumnSource } from 'hyparquet-writer';
import type { ViewRow } from '../../store/reading/read-views.ts';
import type { Columns, ColumnType } from './columns.ts';

/** So many rows are held at once. */
const ROW_GROUP = 100_000;

type Value = ViewRow[string];

const TYPES: Record<ColumnType, { type: BasicType; convert: (value: NonNullable<Value>) => unknown }> = {
  whole: { type: 'INT64', convert: (value) => BigInt(value) },
  number: { type: 'DOUBLE', convert: Number },
  text: { type: 'STRING', convert: String },
  flag: { type: 'BOOLEAN', convert: (value) => value === 1 },
  time: { type: 'TIMESTAMP', convert: (value) => new Date(value) },
};

/**
 * Writes rows as a Parquet file, group by group: of a sweep with millions of points one group is held.
 *
 * @returns how many rows there were
 */
export async function writeParquetFile(file: string, types: Columns, rows: Iterable<ViewRow>): Promise<number> {
  const columns = Object.entries(types).map(([name, type]) => new Column(name, type));
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: schemaFromColumnData({ columnData: columns }),
    createdBy: 'cosweep',
  });
  let count = 0;
  for (const row of rows) {
    for (const column of columns) column.add(row);
    if (++count % ROW_GROUP === 0) await flush(writer, columns);
  }
  await flush(writer, columns);
  await writer.finish();
  return count;
}

async function flush(writer: ParquetWriter, columns: readonly Column[]): Promise<void> {
  await writer.write({ columnData: [...columns], rowGroupSize: ROW_GROUP });
  for (const column of columns) column.data = [];
}

/** One column of the group that is being gathered. */
class Column implements ColumnSource {
  readonly name: string;
  readonly type: BasicType;
  readonly nullable = true;
  data: unknown[] = [];
  readonly #convert: (value: NonNullable<Value>) => unknown;

  constructor(name: string, type: ColumnType) {
    this.name = name;
    this.type = TYPES[type].type;
    this.#convert = TYPES[type].convert;
  }

  add(row: ViewRow): void {
    const value = row[this.name] ?? null;
    this.data.push(value === null ? null : this.#convert(value));
  }
}
