import type { Storage } from '../database/storage.ts';

/**
 * Lists what a part has to give, in temporary tables. Each says in `mine` what it is here, and in `taken` whether it
 * comes from the part. What no sweep of the part refers to is left behind.
 *
 * @param part its schema
 */
export function layOut(storage: Storage, part: string): void {
  const { raw } = storage;
  for (const table of ['PartRun', 'PartStage', 'PartMetric', 'PartPicture'])
    raw.exec(`DROP TABLE IF EXISTS temp."${table}"`);
  raw.exec(`
    CREATE TEMP TABLE "PartRun" (id INTEGER PRIMARY KEY, key TEXT NOT NULL, edition INTEGER NOT NULL,
      mine INTEGER, taken INTEGER NOT NULL DEFAULT 0);
    CREATE TEMP TABLE "PartStage" (id INTEGER PRIMARY KEY, key TEXT NOT NULL, edition INTEGER NOT NULL,
      isPassing INTEGER NOT NULL, mine INTEGER, wasThere INTEGER NOT NULL DEFAULT 0, taken INTEGER NOT NULL DEFAULT 0);
    CREATE TEMP TABLE "PartMetric" (id INTEGER PRIMARY KEY, mine INTEGER);
    CREATE TEMP TABLE "PartPicture" (id INTEGER PRIMARY KEY, mine INTEGER NOT NULL);

    INSERT INTO temp."PartRun" (id, key, edition) SELECT id, key, edition FROM ${part}."Run"
      WHERE key IS NOT NULL AND id IN (SELECT runId FROM ${part}."SweepRun");
    INSERT INTO temp."PartStage" (id, key, edition, isPassing)
      SELECT id, key, edition, key LIKE 'together %' FROM ${part}."Stage" WHERE id IN (
        SELECT p.stageId FROM ${part}."RunStage" p JOIN temp."PartRun" r ON r.id = p.runId);
    INSERT INTO temp."PartMetric" (id, mine) SELECT p.id, (
        SELECT m.id FROM main."Metric" m WHERE m.name = p.name AND m.epsilon IS p.epsilon) FROM ${part}."Metric" p;
    CREATE INDEX temp."PartRun_key" ON "PartRun" (key, edition);
    CREATE INDEX temp."PartStage_key" ON "PartStage" (key, edition);
    CREATE INDEX temp."PartRun_mine" ON "PartRun" (mine);
    CREATE INDEX temp."PartStage_mine" ON "PartStage" (mine)`);
}
