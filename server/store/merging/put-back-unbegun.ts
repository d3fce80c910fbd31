import type { Storage } from '../database/storage.ts';

/**
 * Within a transaction, before what is stored is matched: runs here whose trunk the part has cut at other batches, and
 * of which not one batch is trained, lose their stages and keys. Then they are as if nobody had prepared them yet: they
 * get the part's runs, or the part's cuts when they are trained.
 */
export function putBackUnbegun(storage: Storage, part: string): void {
  const runs = unbegunRuns(storage, part);
  if (runs.length === 0) return;
  const ids = JSON.stringify(runs);
  const left = storage
    .prepare('DELETE FROM main."RunStage" WHERE runId IN (SELECT value FROM json_each(?)) RETURNING stageId')
    .pluck()
    .all(ids) as number[];
  storage
    .prepare(
      `DELETE FROM main."Stage" WHERE id IN (SELECT value FROM json_each(?))
      AND id NOT IN (SELECT stageId FROM main."RunStage")`,
    )
    .run(JSON.stringify([...new Set(left)]));
  storage
    .prepare(
      `UPDATE main."Run" SET key = NULL, edition = 0, engine = NULL, dataFingerprint = NULL, bits = NULL
      WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .run(ids);
}

function unbegunRuns(storage: Storage, part: string): number[] {
  return storage
    .prepare(
      `SELECT DISTINCT p.runId FROM temp."PartStage" t JOIN ${part}."Stage" s ON s.id = t.id
      JOIN main."Stage" g ON g.key = t.key AND g.edition = t.edition AND g.fromBatch <> s.fromBatch
      JOIN main."RunStage" p ON p.stageId = g.id
      WHERE NOT t.isPassing AND NOT EXISTS (
        SELECT 1 FROM main."RunStage" q JOIN main."Stage" h ON h.id = q.stageId AND h.batch > h.fromBatch
        WHERE q.runId = p.runId)`,
    )
    .pluck()
    .all() as number[];
}
