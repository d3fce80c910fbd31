import { groupBy } from '../../sweep/group-by.ts';
import { toStored } from '../database/numbers.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Last, smallest and largest of a stretch of points. A value that is not finite may be the last, but never the smallest
 * or the largest.
 */
export interface Summary {
  lastBatch: number;
  last: number | null;
  minBatch: number | null;
  min: number | null;
  maxBatch: number | null;
  max: number | null;
}

/** Of equal values the first counts: the best of a run is at the batch that reaches it first. */
export function summarise(batches: ArrayLike<number>, values: ArrayLike<number>): Summary {
  let low = -1;
  let high = -1;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (low < 0 || values[i]! < values[low]!) low = i;
    if (high < 0 || values[i]! > values[high]!) high = i;
  }
  const last = values.length - 1;
  return {
    lastBatch: batches[last]!,
    last: toStored(values[last]!),
    minBatch: low < 0 ? null : batches[low]!,
    min: low < 0 ? null : values[low]!,
    maxBatch: high < 0 ? null : batches[high]!,
    max: high < 0 ? null : values[high]!,
  };
}

/** Within a transaction: adds the summary of points that follow those already summarised. */
export function writeSummary(storage: Storage, stageId: number, metricId: number, summary: Summary): void {
  storage
    .prepare(
      `INSERT INTO "StageMetric" (stageId, metricId, lastBatch, last, minBatch, min, maxBatch, max)
    VALUES (@stageId, @metricId, @lastBatch, @last, @minBatch, @min, @maxBatch, @max)
    ON CONFLICT (stageId, metricId) DO UPDATE SET lastBatch = excluded.lastBatch, last = excluded.last,
      minBatch = CASE WHEN min IS NULL OR excluded.min < min THEN excluded.minBatch ELSE minBatch END,
      min = CASE WHEN min IS NULL OR excluded.min < min THEN excluded.min ELSE min END,
      maxBatch = CASE WHEN max IS NULL OR excluded.max > max THEN excluded.maxBatch ELSE maxBatch END,
      max = CASE WHEN max IS NULL OR excluded.max > max THEN excluded.max ELSE max END`,
    )
    .run({ stageId, metricId, ...summary });
}

/** Within a transaction: makes a stage's summaries anew from the points that it has. */
export function summariseAgain(storage: Storage, stageId: number): void {
  storage.prepare('DELETE FROM "StageMetric" WHERE stageId = ?').run(stageId);
  const points = storage
    .prepare('SELECT metricId, batch, value FROM "Point" WHERE stageId = ? ORDER BY metricId, batch')
    .all(stageId) as { metricId: number; batch: number; value: number | null }[];
  for (const [metricId, column] of groupBy(points, (point) => point.metricId)) {
    writeSummary(
      storage,
      stageId,
      metricId,
      summarise(
        column.map(({ batch }) => batch),
        column.map(({ value }) => value ?? NaN),
      ),
    );
  }
}
