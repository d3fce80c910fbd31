import type { Storage } from '../database/storage.ts';
import { forgetFiles } from '../database/forgotten-files.ts';
import { lineOf } from '../training/line-of.ts';

/**
 * Within a transaction: the runs here that are further in the part leave the stages that they were on. Stages that no
 * run is on any more go, unless the part has them too.
 */
export function leaveStages(storage: Storage): void {
  const taken = 'SELECT mine FROM temp."PartRun" WHERE taken AND mine IS NOT NULL';
  const left = storage
    .prepare(`DELETE FROM main."RunStage" WHERE runId IN (${taken}) RETURNING stageId`)
    .pluck()
    .all() as number[];
  const unused = `id IN (SELECT value FROM json_each(@left))
    AND id NOT IN (SELECT stageId FROM main."RunStage")
    AND id NOT IN (SELECT mine FROM temp."PartStage" WHERE mine IS NOT NULL)`;
  const ids = { left: JSON.stringify([...new Set(left)]) };
  const files = storage
    .prepare(`SELECT file FROM main."Checkpoint" WHERE stageId IN (SELECT id FROM main."Stage" WHERE ${unused})`)
    .pluck()
    .all(ids) as string[];
  storage.prepare(`DELETE FROM main."Stage" WHERE ${unused}`).run(ids);
  forgetFiles(storage, files);
}

/** Within a transaction, once their stages are here: the runs that come from the part, with their paths. */
export function takeRuns(storage: Storage, part: string): { made: number; advanced: number } {
  const runs = storage.prepare('SELECT id, mine FROM temp."PartRun" WHERE taken ORDER BY id').all() as {
    id: number;
    mine: number | null;
  }[];
  if (runs.length > 0) takeEnvironments(storage, part);
  for (const { id, mine } of runs) {
    const runId = mine === null ? insertRun(storage, part, id) : updateRun(storage, part, id, mine);
    writePath(storage, part, id, runId);
  }
  advanceOthers(storage);
  const advanced = runs.filter(({ mine }) => mine !== null).length;
  return { made: runs.length - advanced, advanced };
}

function takeEnvironments(storage: Storage, part: string): void {
  storage.raw.exec(`INSERT OR IGNORE INTO main."Environment" (hash, data)
    SELECT hash, data FROM ${part}."Environment" WHERE id IN (
      SELECT o.environmentId FROM temp."PartRun" r JOIN ${part}."Run" o ON o.id = r.id WHERE r.taken) ORDER BY id`);
}

const COLUMNS = `engine, device, versions, gitCommit, configuration, dataFingerprint, batches, batch, epsilon, attempts,
  worker, error, divergedBatch, intraDead, evaluatedVal, evaluatedTest, classes, startedAt, finishedAt, bits`;

/** What a process that died has left as running waits. */
const STATE = `CASE o.state WHEN 'running' THEN 'waiting' ELSE o.state END`;

const environmentOf = (part: string): string =>
  `(SELECT m.id FROM ${part}."Environment" e JOIN main."Environment" m ON m.hash = e.hash
    WHERE e.id = o.environmentId)`;

function insertRun(storage: Storage, part: string, id: number): number {
  const runId = Number(
    storage
      .prepare(
        `INSERT INTO main."Run" (key, edition, seed, state, environmentId, ${COLUMNS})
        SELECT r.key, r.edition, o.seed, ${STATE}, ${environmentOf(part)}, ${COLUMNS}
        FROM temp."PartRun" r JOIN ${part}."Run" o ON o.id = r.id WHERE r.id = ?`,
      )
      .run(id).lastInsertRowid,
  );
  storage.prepare('UPDATE temp."PartRun" SET mine = ? WHERE id = ?').run(runId, id);
  return runId;
}

function updateRun(storage: Storage, part: string, id: number, runId: number): number {
  storage
    .prepare(
      `UPDATE main."Run" SET (state, environmentId, ${COLUMNS}) = (
        SELECT ${STATE}, ${environmentOf(part)}, ${COLUMNS} FROM ${part}."Run" o WHERE o.id = @id) WHERE id = @runId`,
    )
    .run({ id, runId });
  return runId;
}

/**
 * Of the stages that were here before, the last one is taken with all stages that lead to it: the trunk may be cut at
 * other batches here than in the part.
 */
function writePath(storage: Storage, part: string, id: number, runId: number): void {
  const stages = storage
    .prepare(
      `SELECT t.id, t.mine, t.wasThere FROM ${part}."RunStage" p JOIN temp."PartStage" t ON t.id = p.stageId
      WHERE p.runId = ? ORDER BY p.position`,
    )
    .all(id) as { id: number; mine: number; wasThere: number }[];
  const furthest = stages.findLastIndex(({ wasThere }) => wasThere === 1);
  const path = furthest < 0 ? [] : lineOf(storage, stages[furthest]!.mine);
  const setParent = storage.prepare('UPDATE main."Stage" SET parentId = ? WHERE id = ? AND parentId IS NOT ?');
  for (const { mine } of stages.slice(furthest + 1)) {
    const parent = path.at(-1) ?? null;
    setParent.run(parent, mine, parent);
    path.push(mine);
  }
  const insert = storage.prepare('INSERT INTO main."RunStage" (runId, position, stageId) VALUES (?, ?, ?)');
  for (const [position, stageId] of path.entries()) insert.run(runId, position, stageId);
}

/** Runs here that the part does not have, or not as far, and that share a trunk which is further there. */
function advanceOthers(storage: Storage): void {
  storage.raw.exec(`UPDATE main."Run" SET batch = (
      SELECT max(g.batch) FROM main."RunStage" p JOIN main."Stage" g ON g.id = p.stageId
      WHERE p.runId = "Run".id AND g.batch > g.fromBatch)
    WHERE state NOT IN ('complete', 'diverged') AND id IN (
      SELECT p.runId FROM temp."PartStage" t JOIN main."Stage" g ON g.id = t.mine
      JOIN main."RunStage" p ON p.stageId = g.id JOIN main."Run" r ON r.id = p.runId
      WHERE t.taken AND t.wasThere AND g.batch > r.batch)`);
}
