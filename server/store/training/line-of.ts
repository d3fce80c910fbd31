import type { Storage } from '../database/storage.ts';

/** The ids of a stage and its ancestors, first to last. */
export function lineOf(storage: Storage, stageId: number): number[] {
  return storage
    .prepare(
      `WITH RECURSIVE line (id, parentId, fromBatch) AS (
      SELECT id, parentId, fromBatch FROM main."Stage" WHERE id = ?
      UNION ALL SELECT g.id, g.parentId, g.fromBatch FROM main."Stage" g JOIN line ON g.id = line.parentId)
    SELECT id FROM line ORDER BY fromBatch`,
    )
    .pluck()
    .all(stageId) as number[];
}
