import { isProgramEngine } from '../../sweep/program-engine.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { UserError } from '../../sweep/user-error.ts';
import { sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Within a transaction, before the sweep is queued: notes the engine that it is to be trained on. A sweep that never
 * started takes the engine that is asked for now, even if it was to be on another one that could not be opened. If the
 * choice is left open while the sweep waits, it keeps the engine that it waits for; a program it keeps in any case.
 * A program is known by its files only: trained anew, a sweep takes the program that it is planned with now.
 *
 * @param asked null leaves the choice open
 * @param fresh true: the sweep is trained anew, and may be on another engine than before
 */
export function askEngine(storage: Storage, sweepId: number, asked: string | null, fresh: boolean): void {
  if (!fresh) refuseOtherEngine(storage, sweepId, asked);
  storage
    .prepare(
      `UPDATE "Sweep" SET engine = CASE WHEN state = 'queued' OR engine LIKE 'program:%'
        THEN coalesce(@asked, engine) ELSE @asked END
    WHERE id = @sweepId AND (startedAt IS NULL OR @isNewProgram) AND state <> 'running'`,
    )
    .run({ asked, sweepId, isNewProgram: Number(fresh && isProgramEngine(asked)) });
}

/**
 * Within a transaction: a definition that named a program, and names none now, makes other runs.
 *
 * @param plan the new one
 * @throws {UserError} unless everything is trained anew
 */
export function leaveProgram(
  storage: Storage,
  sweepId: number,
  plan: Pick<Plan, 'engine' | 'name'>,
  fresh: boolean,
): void {
  const kept = storage.prepare('SELECT engine FROM "Sweep" WHERE id = ?').pluck().get(sweepId) as string | null;
  if (plan.engine !== undefined || !isProgramEngine(kept)) return;
  if (!fresh)
    throw new UserError(
      `Cannot queue sweep ${JSON.stringify(plan.name)}: ${sweepName(sweepId)} was planned with a program, and its ` +
        'definition names none now; add --fresh to train everything anew, or give it another name',
    );
  storage.prepare('UPDATE "Sweep" SET engine = NULL WHERE id = ?').run(sweepId);
}

/**
 * A sweep keeps the engine it started with: another engine would make other bits of the same run, and pairs of unlike
 * runs. To be called before anything is changed, so that a refused sweep stays as it is.
 *
 * @param asked null leaves the choice open
 */
export function refuseOtherEngine(storage: Storage, sweepId: number, asked: string | null): void {
  const kept = storage
    .prepare(
      `SELECT engine FROM "Sweep" WHERE id = ? AND (startedAt IS NOT NULL OR state = 'running') AND engine IS NOT NULL`,
    )
    .pluck()
    .get(sweepId) as string | undefined;
  if (kept === undefined || asked === null || kept === asked) return;
  throw new UserError(
    `Cannot train ${sweepName(sweepId)} on ${asked}: ` +
      `it was started on ${kept}, and runs of two engines cannot be paired; ` +
      'leave --engine out to continue it, or add --fresh to train everything anew',
  );
}
