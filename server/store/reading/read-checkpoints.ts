import type { Storage } from '../database/storage.ts';

/**
 * Files, relative to the checkpoint folder, that the database refers to; any other file there is left over and may go.
 */
export function checkpointFiles(storage: Storage): Set<string> {
  return new Set(storage.prepare('SELECT file FROM "Checkpoint"').pluck().all() as string[]);
}

/** The newest checkpoint of a stage. */
export function lastCheckpoint(storage: Storage, stageId: number): ResumePoint | null {
  const row = storage
    .prepare('SELECT batch, file, hash FROM "Checkpoint" WHERE stageId = ? ORDER BY batch DESC LIMIT 1')
    .get(stageId);
  return (row as ResumePoint | undefined) ?? null;
}
/** Where a stage continues: its newest checkpoint, or null for its beginning. */
export interface ResumePoint {
  batch: number;
  file: string;
  hash: string;
}
