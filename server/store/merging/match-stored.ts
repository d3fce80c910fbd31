import { UserError } from '../../sweep/user-error.ts';
import type { Part } from './part.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Finds what is stored here of a part's runs and stages, and says what is taken from the part: what is not here, and
 * what is further there. Stages that runs have in common only for a while have random keys, so the runs decide of them.
 */
export function matchStored(storage: Storage, { schema, storage: { file } }: Part): void {
  storage.raw.exec(`
    UPDATE temp."PartRun" SET mine = (
      SELECT m.id FROM main."Run" m WHERE m.key = "PartRun".key AND m.edition = "PartRun".edition);
    UPDATE temp."PartRun" SET taken = mine IS NULL OR (
      SELECT ${isDone('o')} > ${isDone('m')} OR NOT ${isDone('m')} AND o.batch > m.batch
      FROM ${schema}."Run" o, main."Run" m WHERE o.id = "PartRun".id AND m.id = "PartRun".mine);

    UPDATE temp."PartStage" SET mine = (
      SELECT g.id FROM main."Stage" g WHERE g.key = "PartStage".key AND g.edition = "PartStage".edition)
      WHERE NOT isPassing;
    UPDATE temp."PartStage" SET wasThere = mine IS NOT NULL;
    UPDATE temp."PartStage" SET taken = CASE WHEN mine IS NULL
      THEN id IN (SELECT p.stageId FROM ${schema}."RunStage" p JOIN temp."PartRun" r ON r.id = p.runId AND r.taken)
      ELSE (SELECT s.fromBatch = g.fromBatch AND s.batch > g.batch
        FROM ${schema}."Stage" s, main."Stage" g WHERE s.id = "PartStage".id AND g.id = "PartStage".mine) END`);
  refuseOtherCuts(storage, schema, file);
}

const isDone = (run: string): string => `(${run}.state IN ('complete', 'diverged'))`;

/**
 * Two plans may cut the same trunk at other batches. Where what is here has got to its end, it takes the place of the
 * part's stages. Where it has not, its points would have to be put together of both. What is not begun here was put
 * back before.
 */
function refuseOtherCuts(storage: Storage, part: string, file: string): void {
  const found = storage
    .prepare(
      `WITH RECURSIVE line (start, id, parentId, isOpen) AS (
        SELECT g.id, g.id, g.parentId, g.batch < g.toBatch FROM temp."PartStage" t
        JOIN ${part}."Stage" s ON s.id = t.id JOIN main."Stage" g ON g.id = t.mine AND g.fromBatch <> s.fromBatch
        UNION ALL SELECT l.start, g.id, g.parentId, g.batch < g.toBatch FROM line l
        JOIN main."Stage" g ON g.id = l.parentId)
      SELECT g.seed, g.toBatch FROM line l JOIN main."Stage" g ON g.id = l.start WHERE l.isOpen LIMIT 1`,
    )
    .get() as { seed: number; toBatch: number } | undefined;
  if (found === undefined) return;
  throw new UserError(
    `Cannot merge database ${file} into ${storage.file}: both have the same trunk of seed ${found.seed} up to ` +
      `batch ${found.toBatch}, cut at other batches, and in ${storage.file} it is begun and not at its end; ` +
      'wanted one that is (`cosweep run SWEEP` continues it)',
  );
}
