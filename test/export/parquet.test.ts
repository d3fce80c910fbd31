import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CURVE_COLUMNS, PAIR_COLUMNS, RUN_COLUMNS } from '../../server/export/parquet/columns.ts';
import { writeParquetFile } from '../../server/export/parquet/parquet-file.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { describeWithPython, runPython } from '../helpers/python.ts';
import { inProcess } from '../helpers/in-process.ts';
import { storeTrainedSweep } from '../http/trained-sweep.ts';

vi.setConfig({ testTimeout: 300_000 });

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-parquet-'));
  const storage = await openStorage({ file: join(folder, 'cosweep.db'), create: true });
  storeTrainedSweep(storage);
  await storage.close();
  const { code, stderr } = await inProcess(['export', 's1', '--format', 'parquet', '--out', 'out'], folder);
  expect(stderr).toMatch(/^Written to .*\/out: 3 files, /m);
  expect(code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['runs', RUN_COLUMNS, 'arm_index, seed'],
  ['curves', CURVE_COLUMNS, 'run_id, metric, batch'],
  ['pairs', PAIR_COLUMNS, 'arm_index, seed, metric'],
])('%s.parquet holds what the view does, value for value', async (view, columns, order) => {
  const db = new Database(join(folder, 'cosweep.db'), { readonly: true });
  const rows = db.prepare(`SELECT * FROM "${view}" ORDER BY ${order}`).all() as Record<string, unknown>[];
  db.close();
  expect(Object.keys(rows[0]!)).toEqual(Object.keys(columns));
  const read = await readFile(join(folder, 'out', `${view}.parquet`));
  expect(read.map((row) => inSql(row))).toEqual(rows);
});

test('a value that is not finite is null, and what does not apply is null', async () => {
  const curves = await readFile(join(folder, 'out', 'curves.parquet'));
  expect(curves.filter(({ value }) => value === null)).toMatchObject([{ metric: 'train/total', batch: 29n }]);
  const runs = await readFile(join(folder, 'out', 'runs.parquet'));
  const controls = runs.filter(({ control }) => control === true);
  expect(controls).toHaveLength(6);
  expect(controls.every(({ N, epsilon, alpha }) => N === null && epsilon === null && alpha !== null)).toBe(true);
});

test('--metric narrows curves and pairs, --json lists the files, and another export replaces them', async () => {
  const args = ['export', 's1', 'latest', '--format', 'parquet', '--out', 'again', '--metric', 'val/accuracy'];
  await inProcess(['export', 's1', '--format', 'parquet', '--out', 'again'], folder);
  const { code, stdout } = await inProcess(['--json', ...args], folder);
  const { files, rows } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(files.map(({ name }: { name: string }) => name)).toEqual(['curves.parquet', 'pairs.parquet', 'runs.parquet']);
  // 16 complete runs are evaluated five times, the diverged one four times
  expect(rows).toEqual({ 'runs.parquet': 18, 'curves.parquet': 84, 'pairs.parquet': 10 });
  const curves = await readFile(join(folder, 'again', 'curves.parquet'));
  expect(new Set(curves.map(({ metric }) => metric))).toEqual(new Set(['val/accuracy']));
});

test('rows are written in groups, and a file without rows has its columns', async () => {
  const file = join(folder, 'long.parquet');
  const count = 250_000;
  function* points() {
    for (let batch = 0; batch < count; batch++) yield { run_id: 1, metric: 'train/total', batch, value: batch / 3 };
  }
  expect(await writeParquetFile(file, CURVE_COLUMNS, points())).toBe(count);
  const buffer = await asyncBufferFromFile(file);
  const { row_groups } = await parquetMetadataAsync(buffer);
  expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([100_000, 100_000, 50_000]);
  const [last] = await parquetReadObjects({ file: buffer, rowStart: count - 1 });
  expect(last).toEqual({ run_id: 1n, metric: 'train/total', batch: BigInt(count - 1), value: (count - 1) / 3 });

  const empty = join(folder, 'empty.parquet');
  expect(await writeParquetFile(empty, CURVE_COLUMNS, [])).toBe(0);
  const { schema, num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(empty));
  expect(schema.slice(1).map(({ name, type }) => [name, type])).toEqual([
    ['run_id', 'INT64'],
    ['metric', 'BYTE_ARRAY'],
    ['batch', 'INT64'],
    ['value', 'DOUBLE'],
  ]);
  expect(num_rows).toBe(0n);
});

describeWithPython('pandas', (python) => {
  test('reads the files as data frames with their types', () => {
    const script = `
import json, pandas, sys
runs, curves, pairs = (pandas.read_parquet(f"{sys.argv[1]}/{name}.parquet") for name in ("runs", "curves", "pairs"))
last = curves[curves.metric == "val/accuracy"].merge(runs, on="run_id").sort_values("batch").groupby("run_id").tail(1)
paired = last[~last.control].merge(last[last.control], left_on=["control_index", "seed"], right_on=["arm_index", "seed"])
complete = paired[(paired.state_x == "complete") & (paired.state_y == "complete")]
print(json.dumps({
  "types": {name: str(runs[name].dtype) for name in ("arm_index", "alpha", "control", "arm", "started_at")},
  "nulls": int(curves.value.isna().sum()),
  "recomputed": sorted((complete.value_x - complete.value_y).tolist()),
  "stored": sorted(pairs[pairs.metric == "val/accuracy"].difference.tolist()),
}))`;
    const read = JSON.parse(runPython(python, ['-c', script, join(folder, 'out')]));
    expect(read.types).toEqual({
      arm_index: 'int64',
      alpha: 'float64',
      control: 'bool',
      arm: 'object',
      started_at: 'datetime64[ms, UTC]',
    });
    expect(read.nulls).toBe(1);
    expect(read.recomputed).toEqual(read.stored);
    expect(read.stored).toHaveLength(10);
  });
});

async function readFile(file: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(file) });
}

/** As SQLite gives it. */
function inSql(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === 'bigint') return [name, Number(value)];
      if (typeof value === 'boolean') return [name, value ? 1 : 0];
      return [name, value instanceof Date ? value.toISOString() : value];
    }),
  );
}
