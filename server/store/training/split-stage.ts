import { randomUUID } from 'node:crypto';
import type { StageMember } from './identify-runs.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Within a transaction: the runs of a stage were one computation and are so no longer from batch `at` on. The stage
 * ends there, and each group goes on in a stage of its own. Where the runs do not even have the first batch of the
 * stage in common, the stage is taken out and the groups fork from the stage before it.
 *
 * @param groups the ε that stay together; every ε of the stage's runs is in one of them
 */
export function splitStage(storage: Storage, stageId: number, at: number, groups: number[][]): void {
  const stage = storage
    .prepare('SELECT edition, parentId, fromBatch, toBatch, seed, params, bits FROM "Stage" WHERE id = ?')
    .get(stageId) as StoredStage;
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
    `INSERT INTO "Stage" (key, edition, parentId, fromBatch, toBatch, batch, seed, params, bits)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      stage.bits,
    ).lastInsertRowid;
    for (const { runId, position, epsilon } of members) {
      if (group.includes(epsilon!)) insertPath.run(runId, empty ? position : position + 1, id);
    }
  }
  if (empty) storage.prepare('DELETE FROM "Stage" WHERE id = ?').run(stageId);
}

/**
 * The key of a stage that only the runs now on it may ever use, since it cannot be known beforehand how long they stay
 * together. It is random, so that no other run finds the stage.
 */
export function passingKey(): string {
  return `together ${randomUUID()}`;
}

interface StoredStage {
  edition: number;
  parentId: number | null;
  fromBatch: number;
  toBatch: number;
  seed: number;
  params: string;
  bits: string | null;
}
