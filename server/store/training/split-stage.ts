import { randomUUID } from 'node:crypto';
import type { StageMember } from './identify-runs.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Within a transaction: the runs of a stage that were one computation are not any more from batch `at` on. The stage
 * ends there and each group goes on in a stage of its own. Where not even its first batch is common there is no such
 * stage: it is taken out, and the groups fork from the one before it.
 *
 * @param groups the ε that stay together; every ε of the stage's runs is in one of them
 */
export function splitStage(storage: Storage, stageId: number, at: number, groups: number[][]): void {
  const stage = storage
    .prepare('SELECT edition, parentId, fromBatch, toBatch, seed, params FROM "Stage" WHERE id = ?')
    .get(stageId) as StageRow;
  const members = storage
    .prepare(
      `SELECT p.runId, p.position, r.epsilon FROM "RunStage" p JOIN "Run" r ON r.id = p.runId WHERE p.stageId = ?`,
    )
    .all(stageId) as (StageMember & { position: number })[];
  const params = JSON.parse(stage.params) as ShownParameters;
  const empty = at === stage.fromBatch;
  if (empty) storage.prepare('DELETE FROM "RunStage" WHERE stageId = ?').run(stageId);
  else storage.prepare('UPDATE "Stage" SET toBatch = ? WHERE id = ?').run(at, stageId);

  const insertStage = storage.prepare(
    `INSERT INTO "Stage" (key, edition, parentId, fromBatch, toBatch, batch, seed, params) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPath = storage.prepare('INSERT INTO "RunStage" (runId, position, stageId) VALUES (?, ?, ?)');
  for (const group of groups) {
    const own = JSON.stringify({ ...params, epsilon: group.length === 1 ? group[0]! : null });
    const id = insertStage.run(
      passingKey(),
      stage.edition,
      empty ? stage.parentId : stageId,
      at,
      stage.toBatch,
      at,
      stage.seed,
      own,
    ).lastInsertRowid;
    for (const { runId, position, epsilon } of members) {
      if (group.includes(epsilon!)) insertPath.run(runId, empty ? position : position + 1, id);
    }
  }
  if (empty) storage.prepare('DELETE FROM "Stage" WHERE id = ?').run(stageId);
}

/**
 * The key of a stage that only the runs now on it may ever use: how long they stay together is not known beforehand.
 */
export function passingKey(): string {
  return `together ${randomUUID()}`;
}

interface StageRow {
  edition: number;
  parentId: number | null;
  fromBatch: number;
  toBatch: number;
  seed: number;
  params: string;
}
