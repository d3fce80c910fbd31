import type { Storage } from '../database/storage.ts';

/** The hash of all that decides what a stage computes; two editions of a stage have the same. */
export function stageKey(storage: Storage, stageId: number): string {
  return storage.prepare('SELECT key FROM "Stage" WHERE id = ?').pluck().get(stageId) as string;
}
