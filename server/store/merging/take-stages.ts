import { forgetFiles } from '../database/forgotten-files.ts';
import type { Storage } from '../database/storage.ts';
import { passingKey } from '../training/split-stage.ts';
import type { Part } from './part.ts';
import type { Steps } from './steps.ts';

/** A stage that both have now. */
export interface MergedStage {
  /** Its id in the part, and here. */
  theirs: number;
  mine: number;
  /** Whether it came from the part. */
  taken: boolean;
}

/**
 * Within a transaction: stages of the part with everything that belongs to them. One that is here already gets the
 * part's content in place of its own, and keeps its id.
 */
export async function takeStages(storage: Storage, part: Part, steps: Steps): Promise<MergedStage[]> {
  const { schema } = part;
  const wanted = storage
    .prepare(
      `SELECT t.id, t.mine, t.key, s.batch - s.fromBatch AS batches FROM temp."PartStage" t
      JOIN ${schema}."Stage" s ON s.id = t.id WHERE t.taken ORDER BY s.fromBatch, t.id`,
    )
    .all() as WantedStage[];
  if (wanted.length > 0) takeWords(storage, schema);
  const of = wanted.reduce((sum, { batches }) => sum + batches, 0);
  let [batches, rows] = [0, 0];
  for (const stage of wanted) {
    const mine =
      stage.mine === null ? insertStage(storage, schema, stage) : emptyStage(storage, schema, stage.id, stage.mine);
    rows += takeContent(storage, schema, stage.id, mine);
    batches += stage.batches;
    steps.tell({ file: part.storage.file, batches, of, rows });
    await steps.breathe();
  }
  return storage
    .prepare('SELECT id AS theirs, mine, taken FROM temp."PartStage" WHERE mine IS NOT NULL ORDER BY id')
    .all()
    .map((row) => ({ ...(row as MergedStage), taken: (row as { taken: number }).taken === 1 }));
}

interface WantedStage {
  id: number;
  mine: number | null;
  key: string;
  batches: number;
}

/** Metrics and pictures, which stages refer to. */
function takeWords(storage: Storage, part: string): void {
  storage.raw.exec(`
    INSERT INTO main."Metric" (name, epsilon) SELECT p.name, p.epsilon FROM temp."PartMetric" t
      JOIN ${part}."Metric" p ON p.id = t.id WHERE t.mine IS NULL ORDER BY p.id;
    UPDATE temp."PartMetric" SET mine = (SELECT m.id FROM ${part}."Metric" p
      JOIN main."Metric" m ON m.name = p.name AND m.epsilon IS p.epsilon WHERE p.id = "PartMetric".id);
    INSERT OR IGNORE INTO main."Picture" (hash, data) SELECT hash, data FROM ${part}."Picture" WHERE id IN (
      SELECT j.value FROM temp."PartStage" t
      JOIN ${part}."Artefact" a ON a.stageId = t.id AND a.pictures IS NOT NULL, json_each(a.pictures) j WHERE t.taken)
      ORDER BY id;
    INSERT INTO temp."PartPicture" (id, mine) SELECT p.id, m.id FROM ${part}."Picture" p
      JOIN main."Picture" m ON m.hash = p.hash`);
}

/** Its parent is set when all stages are here. */
function insertStage(storage: Storage, part: string, { id, key }: WantedStage): number {
  const isTaken =
    storage
      .prepare(
        `SELECT 1 FROM main."Stage" g JOIN temp."PartStage" t ON t.key = g.key AND t.edition = g.edition
        WHERE t.id = ?`,
      )
      .get(id) !== undefined;
  const mine = Number(
    storage
      .prepare(
        `INSERT INTO main."Stage" (key, edition, fromBatch, toBatch, batch, seed, params, bits, ${SPENT})
        SELECT @key, (SELECT edition FROM temp."PartStage" WHERE id = @id), fromBatch, toBatch, batch, seed, params,
          bits, ${SPENT}
        FROM ${part}."Stage" WHERE id = @id`,
      )
      // Stages that runs share for a while have random keys. Runs that are not taken may be on the one of this key.
      .run({ id, key: isTaken ? passingKey() : key }).lastInsertRowid,
  );
  storage.prepare('UPDATE temp."PartStage" SET mine = ? WHERE id = ?').run(mine, id);
  return mine;
}

const SPENT = 'taken, trainingSeconds, evaluationSeconds, takenSeconds';

function emptyStage(storage: Storage, part: string, id: number, mine: number): number {
  for (const table of ['Point', 'StageMetric', 'Artefact', 'StageUsage'])
    storage.prepare(`DELETE FROM main."${table}" WHERE stageId = ?`).run(mine);
  const files = storage.prepare('DELETE FROM main."Checkpoint" WHERE stageId = ? RETURNING file').pluck().all(mine);
  forgetFiles(storage, files as string[]);
  storage
    .prepare(
      `UPDATE main."Stage" SET (batch, bits, ${SPENT}) = (
        SELECT batch, coalesce(bits, "Stage".bits), ${SPENT} FROM ${part}."Stage" s WHERE s.id = @id) WHERE id = @mine`,
    )
    .run({ id, mine });
  return mine;
}

/** @returns how many rows there are of it */
function takeContent(storage: Storage, part: string, id: number, mine: number): number {
  const { changes: points } = storage
    .prepare(
      `INSERT INTO main."Point" (stageId, metricId, batch, value)
      SELECT @mine, q.mine, v.batch, v.value FROM ${part}."Point" v JOIN temp."PartMetric" q ON q.id = v.metricId
      WHERE v.stageId = @id ORDER BY q.mine, v.batch`,
    )
    .run({ id, mine });
  const { changes: summaries } = storage
    .prepare(
      `INSERT INTO main."StageMetric" (stageId, metricId, ${SUMMARY})
      SELECT @mine, q.mine, ${SUMMARY} FROM ${part}."StageMetric" v JOIN temp."PartMetric" q ON q.id = v.metricId
      WHERE v.stageId = @id ORDER BY q.mine`,
    )
    .run({ id, mine });
  const { changes: artefacts } = storage
    .prepare(
      `INSERT INTO main."Artefact" (stageId, batch, name, data, pictures)
      SELECT @mine, a.batch, a.name, a.data, CASE WHEN a.pictures IS NOT NULL THEN (
        SELECT json_group_array(q.mine ORDER BY j.key) FROM json_each(a.pictures) j
        JOIN temp."PartPicture" q ON q.id = j.value) END
      FROM ${part}."Artefact" a WHERE a.stageId = @id ORDER BY a.batch, a.name`,
    )
    .run({ id, mine });
  storage
    .prepare(
      `INSERT INTO main."StageUsage" (stageId, ${USAGE}) SELECT @mine, ${USAGE}
      FROM ${part}."StageUsage" WHERE stageId = @id`,
    )
    .run({ id, mine });
  return points + summaries + artefacts;
}

const SUMMARY = 'lastBatch, last, minBatch, min, maxBatch, max';
const USAGE = `processorSeconds, processorOver, peakMemory, gpuBusySeconds, gpuOver, gpuPeakUse, gpuPeakMemory,
  joules, joulesOver`;
