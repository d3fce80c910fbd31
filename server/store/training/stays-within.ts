import type { StretchPart } from './read-stretch.ts';
import type { Storage } from '../database/storage.ts';

/** Whether the truncated term of a run has been 0 in every batch that is stored: no test L2 > ε has passed. */
export function hasStayedWithin(storage: Storage, runId: number): boolean {
  return (
    storage
      .prepare(
        `SELECT 1 FROM "Run" r JOIN "RunStage" p ON p.runId = r.id JOIN "StageMetric" s ON s.stageId = p.stageId
    JOIN "Metric" m ON m.id = s.metricId AND m.name = 'train/truncated' AND (m.epsilon IS NULL OR m.epsilon = r.epsilon)
    WHERE r.id = ? AND s.max > 0`,
      )
      .get(runId) === undefined
  );
}

/**
 * Whether, in these batches of a trunk, no test L2 > ε would pass (float32 against float32) and the gradient of the
 * term is finite throughout. A gradient that is not finite makes NaN even where it counts 0 times.
 */
export function staysWithin(storage: Storage, part: StretchPart, epsilon: number): boolean {
  const mean = largest(storage, part, 'train/intraClass');
  return mean !== null && mean <= Math.fround(epsilon) && largest(storage, part, 'train/gradient/intraClass') !== null;
}

/** The largest value of a metric; null where a batch has none, or none that is finite. */
function largest(storage: Storage, { stageId, from, to }: StretchPart, metric: string): number | null {
  const { finite, most } = storage
    .prepare(
      `SELECT count(v.value) AS finite, max(v.value) AS most FROM "Metric" m JOIN "Point" v ON v.metricId = m.id
    WHERE m.name = ? AND m.epsilon IS NULL AND v.stageId = ? AND v.batch >= ? AND v.batch < ?`,
    )
    .get(metric, stageId, from, to) as { finite: number; most: number | null };
  return finite === to - from ? most : null;
}
