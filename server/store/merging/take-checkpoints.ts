import type { Storage } from '../database/storage.ts';
import type { Part } from './part.ts';
import { dropNote } from '../training/note-files.ts';

/** A checkpoint's file in a part's folder. */
export interface PartFile {
  file: string;
  hash: string;
  size: number;
}

/** The files of a part's checkpoints that no checkpoint here refers to, each once. */
export function missingFiles(storage: Storage, { storage: part }: Part): PartFile[] {
  const has = storage.prepare('SELECT 1 FROM "Checkpoint" WHERE hash = ? LIMIT 1').pluck();
  const files = part
    .prepare('SELECT min(file) AS file, hash, bytes AS size FROM "Checkpoint" GROUP BY hash ORDER BY hash')
    .all() as PartFile[];
  return files.filter(({ hash }) => has.get(hash) === undefined);
}

/**
 * Within a transaction: lists the files of the checkpoint folder by what they hold, those of checkpoints that are here
 * and those that were copied.
 *
 * @param copied hash → file
 */
export function listFiles(storage: Storage, copied: ReadonlyMap<string, string>): void {
  storage.raw.exec('DROP TABLE IF EXISTS temp."PartFile"');
  storage.raw.exec('CREATE TEMP TABLE "PartFile" (hash TEXT PRIMARY KEY, file TEXT NOT NULL)');
  storage.raw.exec('INSERT OR IGNORE INTO temp."PartFile" SELECT hash, file FROM main."Checkpoint"');
  const insert = storage.prepare('INSERT OR IGNORE INTO temp."PartFile" (hash, file) VALUES (?, ?)');
  for (const [hash, file] of copied) insert.run(hash, file);
}

/**
 * Within a transaction, once its stages and runs are here: the part's checkpoints whose files are there. They are of
 * stages that were taken, and of stages that are as far here and have lost theirs.
 *
 * @returns how many there are
 */
export function takeCheckpoints(storage: Storage, part: string): number {
  const files = storage
    .prepare(
      `INSERT OR IGNORE INTO main."Checkpoint" (stageId, batch, file, bytes, hash, createdAt)
      SELECT g.id, c.batch, f.file, c.bytes, c.hash, c.createdAt FROM temp."PartRun" r
      CROSS JOIN ${part}."RunStage" p ON p.runId = r.id
      CROSS JOIN temp."PartStage" t ON t.id = p.stageId
      CROSS JOIN ${part}."Checkpoint" c ON c.stageId = t.id
      CROSS JOIN temp."PartFile" f ON f.hash = c.hash
      CROSS JOIN main."RunStage" q ON q.runId = r.mine
      CROSS JOIN main."Stage" g ON g.id = q.stageId AND (t.taken AND g.id = t.mine OR g.batch = c.batch)
      WHERE NOT EXISTS (SELECT 1 FROM main."Checkpoint" d WHERE d.stageId = g.id)
      RETURNING file`,
    )
    .pluck()
    .all() as string[];
  for (const file of new Set(files)) dropNote(storage, file);
  return files.length;
}
