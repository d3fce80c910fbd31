import { underLease, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/** A file of the checkpoint folder that was noted. */
export interface NotedFile {
  file: string;
  /** A checkpoint refers to it: of its name only what was left half written may go. */
  isRecorded: boolean;
}

/**
 * Notes a file before it is written. From then on a process that finds the note knows that the file, and temporary
 * files of its name, are this database's, whether the one that wrote them came to record them or not.
 */
export function noteFile(storage: Storage, lease: Lease, file: string, now = Date.now()): void {
  underLease(storage, lease, () =>
    storage
      .prepare(
        `INSERT INTO "FileBeingWritten" (file, notedAt) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET notedAt = excluded.notedAt, forgotten = false`,
      )
      .run(file, now),
  );
}

/** Within a transaction: a checkpoint refers to the file now. */
export function dropNote(storage: Storage, file: string): void {
  storage.prepare('DELETE FROM "FileBeingWritten" WHERE file = ?').run(file);
}

export function dropNotes(storage: Storage, lease: Lease, files: readonly string[]): void {
  underLease(storage, lease, () => files.forEach((file) => dropNote(storage, file)));
}

/** Every file that is noted; to be asked for while nobody writes checkpoints. */
export function readNotedFiles(storage: Storage): NotedFile[] {
  const rows = storage
    .prepare(
      `SELECT n.file, EXISTS (SELECT 1 FROM "Checkpoint" c WHERE c.file = n.file) AS isRecorded
      FROM "FileBeingWritten" n ORDER BY n.file`,
    )
    .all() as { file: string; isRecorded: number }[];
  return rows.map(({ file, isRecorded }) => ({ file, isRecorded: isRecorded === 1 }));
}
