import type { Storage } from '../database/storage.ts';

/** A checkpoint by what it holds: equal states have one hash, and one file. */
export interface CheckpointRef {
  batch: number;
  /** SHA-256 of its bytes in hex. */
  hash: string;
  /** In bytes. */
  size: number;
}

export interface StoredCheckpoint extends CheckpointRef {
  /** Relative to the database's checkpoint folder. */
  file: string;
}

/** The newest checkpoint of a stage, from which it continues; null where it has none and begins at its first batch. */
export function lastCheckpoint(storage: Storage, stageId: number): StoredCheckpoint | null {
  const row = storage
    .prepare('SELECT batch, file, bytes AS size, hash FROM "Checkpoint" WHERE stageId = ? ORDER BY batch DESC LIMIT 1')
    .get(stageId);
  return (row as StoredCheckpoint | undefined) ?? null;
}

/** A file, relative to the checkpoint folder, that holds these bytes; null where the database has none. */
export function checkpointFileOf(storage: Storage, hash: string): string | null {
  const file = storage.prepare('SELECT file FROM "Checkpoint" WHERE hash = ? LIMIT 1').pluck().get(hash);
  return (file as string | undefined) ?? null;
}

/** Files, relative to the checkpoint folder, that the database refers to. */
export function checkpointFiles(storage: Storage): Set<string> {
  return new Set(storage.prepare('SELECT file FROM "Checkpoint"').pluck().all() as string[]);
}
