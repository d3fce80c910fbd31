import type { Storage } from '../database/storage.ts';
import type { Part } from './part.ts';

/**
 * Within a transaction: what is remembered in a part of a sweep, of its arms and of its runs. Tags and stars are added
 * to those here; a note stays where there is one.
 *
 * @returns whether anything is remembered that was not before
 */
export function takeMarks(
  storage: Storage,
  { schema }: Part,
  { theirs, sweepId }: { theirs: number; sweepId: number },
): boolean {
  const marks = storage
    .prepare(
      `SELECT k.id, k.armKey, NULL AS runId, k.star, k.note, k.changedAt FROM ${schema}."Mark" k
      WHERE k.sweepId = @theirs
      UNION ALL SELECT k.id, NULL, r.mine, k.star, k.note, k.changedAt FROM ${schema}."Mark" k
      JOIN temp."PartRun" r ON r.id = k.runId
      WHERE k.runId IN (SELECT runId FROM ${schema}."SweepRun" WHERE sweepId = @theirs)`,
    )
    .all({ theirs }) as Mark[];
  return marks.filter((mark) => takeMark(storage, schema, mark, sweepId)).length > 0;
}

interface Mark {
  id: number;
  armKey: string | null;
  runId: number | null;
  star: number;
  note: string | null;
  changedAt: number;
}

/** @returns whether it says more than what was here */
function takeMark(storage: Storage, part: string, mark: Mark, sweepId: number): boolean {
  const subject = { sweepId: mark.runId === null ? sweepId : null, armKey: mark.armKey, runId: mark.runId };
  const tags = storage.prepare(`SELECT tag FROM ${part}."MarkTag" WHERE markId = ?`).pluck().all(mark.id) as string[];
  const known = storage
    .prepare(
      'SELECT id, star, note FROM main."Mark" WHERE sweepId IS @sweepId AND armKey IS @armKey AND runId IS @runId',
    )
    .get(subject) as { id: number; star: number; note: string | null } | undefined;
  const { star, note, changedAt } = mark;
  const isEmpty = star === 0 && note === null && tags.length === 0;
  if (known === undefined && isEmpty) return false;
  const markId =
    known?.id ??
    Number(
      storage
        .prepare(
          `INSERT INTO main."Mark" (sweepId, armKey, runId, star, note, changedAt)
          VALUES (@sweepId, @armKey, @runId, @star, @note, @changedAt)`,
        )
        .run({ ...subject, star, note, changedAt }).lastInsertRowid,
    );
  const insertTag = storage.prepare('INSERT OR IGNORE INTO main."MarkTag" (markId, tag) VALUES (?, ?)');
  const added = tags.filter((tag) => insertTag.run(markId, tag).changes > 0);
  if (known === undefined) return true;
  const isMore = added.length > 0 || star > known.star || (known.note === null && note !== null);
  if (isMore)
    storage
      .prepare(
        `UPDATE main."Mark" SET star = max(star, @star), note = coalesce(note, @note),
          changedAt = max(changedAt, @changedAt) WHERE id = @markId`,
      )
      .run({ star, note, changedAt, markId });
  return isMore;
}
