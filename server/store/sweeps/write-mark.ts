import { armIdentity } from '../../sweep/definition/confirm-key.ts';
import { LONGEST_NOTE, MOST_TAGS, toNote, toTag, WANTED_NOTE, WANTED_TAG } from '../../sweep/marks.ts';
import { UserError } from '../../sweep/user-error.ts';
import { runName, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';

/** What a mark is of; an arm by its index in the plan. */
export type Subject = { sweep: number } | { sweep: number; arm: number } | { run: number };

/** What becomes of a mark; what is left out stays as it is. */
export interface MarkChange {
  star?: boolean | undefined;
  /** null or empty: none any more. */
  note?: string | null | undefined;
  add?: readonly string[] | undefined;
  remove?: readonly string[] | undefined;
}

/**
 * Changes what is remembered of a sweep, an arm or a run. Answers that are computed from results stay as they are;
 * every open page learns of it. Throws a `UserError` where a tag or the note cannot be stored, and changes nothing
 * then.
 */
export function writeMark(storage: Storage, subject: Subject, change: MarkChange, now = Date.now()): void {
  const place = nameOf(subject);
  const add = toTags(change.add ?? [], place);
  const remove = toTags(change.remove ?? [], place);
  const note = toStoredNote(change.note, place);
  transaction(storage, () => {
    const markId = findMark(storage, subject) ?? insertMark(storage, subject, now);
    for (const tag of remove) storage.prepare('DELETE FROM "MarkTag" WHERE markId = ? AND tag = ?').run(markId, tag);
    for (const tag of add)
      storage.prepare('INSERT OR IGNORE INTO "MarkTag" (markId, tag) VALUES (?, ?)').run(markId, tag);
    refuseTooMany(storage, markId, place);
    storage
      .prepare(
        `UPDATE "Mark" SET star = coalesce(@star, star), note = CASE WHEN @keep THEN note ELSE @note END,
        changedAt = @now WHERE id = @markId`,
      )
      .run({
        star: change.star === undefined ? null : Number(change.star),
        keep: Number(note === undefined),
        note: note ?? null,
        now,
        markId,
      });
  });
}

function nameOf(subject: Subject): string {
  if ('run' in subject) return runName(subject.run);
  return 'arm' in subject ? `arm ${subject.arm} of ${sweepName(subject.sweep)}` : sweepName(subject.sweep);
}

function toTags(written: readonly string[], place: string): string[] {
  return written.map((text) => {
    const tag = toTag(text);
    if (tag === null) throw new UserError(`Cannot tag ${place}: found ${shown(text)}, wanted ${WANTED_TAG}`);
    return tag;
  });
}

/** @returns undefined where the note stays as it is */
function toStoredNote(written: string | null | undefined, place: string): string | null | undefined {
  if (written === undefined || written === null) return written;
  const note = toNote(written);
  if (note !== null) return note === '' ? null : note;
  const bytes = Buffer.byteLength(written);
  const found = bytes > LONGEST_NOTE ? `${bytes} bytes` : shown(written);
  throw new UserError(`Cannot keep a note on ${place}: found ${found}, wanted ${WANTED_NOTE}`);
}

function findMark(storage: Storage, subject: Subject): number | undefined {
  const found =
    'run' in subject
      ? storage.prepare('SELECT id FROM "Mark" WHERE runId = ?').pluck().get(subject.run)
      : storage
          .prepare('SELECT id FROM "Mark" WHERE sweepId = ? AND armKey IS ?')
          .pluck()
          .get(subject.sweep, armKeyOf(storage, subject));
  return found as number | undefined;
}

function insertMark(storage: Storage, subject: Subject, now: number): number {
  const { lastInsertRowid } =
    'run' in subject
      ? storage.prepare('INSERT INTO "Mark" (runId, changedAt) VALUES (?, ?)').run(subject.run, now)
      : storage
          .prepare('INSERT INTO "Mark" (sweepId, armKey, changedAt) VALUES (?, ?, ?)')
          .run(subject.sweep, armKeyOf(storage, subject), now);
  return Number(lastInsertRowid);
}

/** null for the sweep itself. */
function armKeyOf(storage: Storage, subject: { sweep: number; arm?: number }): string | null {
  if (subject.arm === undefined) return null;
  const settings = storage
    .prepare('SELECT settings FROM "Arm" WHERE sweepId = ? AND "index" = ?')
    .pluck()
    .get(subject.sweep, subject.arm) as string | undefined;
  if (settings === undefined) {
    const name = sweepName(subject.sweep);
    throw new UserError(`Cannot mark arm ${subject.arm} of ${name}: ${name} has no such arm`);
  }
  return armIdentity(JSON.parse(settings));
}

function refuseTooMany(storage: Storage, markId: number, place: string): void {
  const count = storage.prepare('SELECT count(*) FROM "MarkTag" WHERE markId = ?').pluck().get(markId) as number;
  if (count > MOST_TAGS) throw new UserError(`Cannot tag ${place}: found ${count} tags, wanted at most ${MOST_TAGS}`);
}

/** The beginning of a text, with its control characters written out. */
function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
