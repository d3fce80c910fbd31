import type { Storage } from '../database/storage.ts';
import { metricIds, type RunPath } from './read-curve.ts';

/** The last batch that any of these runs has recorded any of the metrics in; null where none has. */
export function lastBatch(storage: Storage, paths: Iterable<RunPath>, metrics: readonly string[]): number | null {
  const statement = storage.prepare('SELECT lastBatch FROM "StageMetric" WHERE stageId = ? AND metricId = ?').pluck();
  const idsFor = metrics.map((metric) => metricIds(storage, metric));
  let latest: number | null = null;
  for (const { epsilon, stageIds } of paths) {
    for (const id of idsFor.flatMap((ids) => ids(epsilon))) {
      for (const stageId of stageIds.toReversed()) {
        const last = statement.get(stageId, id) as number | undefined;
        if (last === undefined) continue;
        latest = Math.max(latest ?? 0, last);
        break;
      }
    }
  }
  return latest;
}
