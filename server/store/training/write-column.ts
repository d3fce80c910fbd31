import { toStored } from '../database/numbers.ts';
import type { Storage } from '../database/storage.ts';
import { summarise, writeSummary } from './stage-metrics.ts';

/** One metric over a stretch of batches; `values[i]` belongs to `batches[i]`, which ascend. */
export interface Column {
  metric: string;
  /** The ε of a metric that a stage shared by several ε records for each of them; null for any other metric. */
  epsilon: number | null;
  batches: ArrayLike<number>;
  values: ArrayLike<number>;
}

/** Within a transaction: the points of one metric in a stretch [from, to] of a stage, and their summary. */
export function writeColumn(
  storage: Storage,
  { stageId, from, to }: { stageId: number; from: number; to: number },
  { metric, epsilon, batches, values }: Column,
): void {
  if (batches.length === 0) return;
  const first = batches[0]!;
  const last = batches[batches.length - 1]!;
  if (batches.length !== values.length || !(first >= from && last <= to)) {
    throw new Error(
      `Cannot store ${metric}: ${values.length} values for ${batches.length} batches from ${first} to ${last}, ` +
        `wanted one each within [${from}, ${to}]`,
    );
  }
  const metricId = findOrMakeMetric(storage, metric, epsilon);
  const insert = storage.prepare('INSERT INTO "Point" (stageId, metricId, batch, value) VALUES (?, ?, ?, ?)');
  for (let i = 0; i < batches.length; i++) insert.run(stageId, metricId, batches[i], toStored(values[i]!));
  writeSummary(storage, stageId, metricId, summarise(batches, values));
}

function findOrMakeMetric(storage: Storage, name: string, epsilon: number | null): number {
  const known = storage.prepare('SELECT id FROM "Metric" WHERE name = ? AND epsilon IS ?').pluck().get(name, epsilon);
  if (known !== undefined) return known as number;
  return Number(
    storage.prepare('INSERT INTO "Metric" (name, epsilon) VALUES (?, ?)').run(name, epsilon).lastInsertRowid,
  );
}
