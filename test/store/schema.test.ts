import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as generated from '../../server/store/generated/client.ts';
import { newStorage } from './support.ts';

test('the migrations make exactly the tables and columns of schema.prisma', async () => {
  const { raw } = await newStorage();
  const models = Object.keys(generated.Prisma.ModelName);
  const tables = raw
    .prepare(
      `SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
    )
    .pluck()
    .all();
  expect((tables as string[]).sort()).toEqual(models.sort());
  for (const model of models) {
    const columns = raw
      .prepare('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?)')
      .all(model) as Column[];
    expect(
      columns.map(({ name, type, required, pk }) => `${model}.${name} ${type}${required || pk ? '' : '?'}`).sort(),
    ).toEqual(schemaColumns(model).sort());
  }
});

test('points, the many, are stored without row ids', async () => {
  const { raw } = await newStorage();
  expect(raw.prepare(`SELECT wr FROM pragma_table_list('Point')`).pluck().get()).toBe(1);
});

interface Column {
  name: string;
  type: string;
  required: number;
  pk: number;
}

const TYPES: Record<string, string> = {
  Int: 'INTEGER',
  BigInt: 'BIGINT',
  Float: 'REAL',
  String: 'TEXT',
  Boolean: 'BOOLEAN',
  DateTime: 'DATETIME',
  Bytes: 'BLOB',
};

/** The scalar fields of a model, as the schema's text has them. */
function schemaColumns(model: string): string[] {
  const schema = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const body = new RegExp(`^model ${model} \\{\\n(.*?)^\\}`, 'ms').exec(schema)![1]!;
  return [...body.matchAll(/^ {2}(\w+)\s+(\w+)(\??)/gm)]
    .filter(([, , type]) => type! in TYPES)
    .map(([, name, type, optional]) => `${model}.${name} ${TYPES[type!]}${optional}`);
}
