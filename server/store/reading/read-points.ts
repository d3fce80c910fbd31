import type { Storage } from '../database/storage.ts';
import { metricIds, readPaths } from './read-curve.ts';

type Point = [batch: number, value: number | null];

/** One metric of one run by batch. Points are read while they are taken: a long run has millions. */
export function* readPoints(storage: Storage, runId: number, metric: string): Generator<Point> {
  const path = readPaths(storage, [runId]).get(runId);
  if (path === undefined) return;
  const ids = JSON.stringify(metricIds(storage, metric)(path.epsilon));
  const points = storage
    .prepare(
      `SELECT batch, value FROM "Point"
      WHERE stageId = ? AND metricId IN (SELECT value FROM json_each(?)) ORDER BY batch`,
    )
    .raw();
  for (const stageId of path.stageIds) yield* points.iterate(stageId, ids) as IterableIterator<Point>;
}
