import { fileReason } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { deleteForgotten, forgetFiles } from '../database/forgotten-files.ts';
import { sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { removeLogs } from '../database/log-folder.ts';
import { removeUnusedPictures } from '../database/pictures.ts';
import type { Storage } from '../database/storage.ts';
import { transaction } from '../database/transaction.ts';
import { removePrograms, unusedPrograms } from './remove-programs.ts';

/** What a removal took away. */
export interface Removed {
  runs: number;
  stages: number;
  checkpoints: number;
}

/**
 * Deletes a sweep, and the runs, curves, checkpoints, logs and copies of programs that no other sweep refers to.
 * Refuses while it is being trained.
 *
 * @param complain gets a sentence for each file that cannot be deleted
 */
export function removeSweep(
  storage: Storage,
  sweepId: number,
  complain: (message: string) => void = () => {},
  now = Date.now(),
): Removed {
  const { files, stageIds, programs, ...removed } = transaction(storage, () => {
    const { state, engine } = readState(storage, sweepId);
    const holder = state === 'running' ? leaseHolder(storage, now) : null;
    if (holder) {
      throw new UserError(
        `Cannot remove ${sweepName(sweepId)}: process ${holder.pid} on ${holder.host} is training it; cancel it first`,
      );
    }
    storage.prepare('DELETE FROM "Sweep" WHERE id = ?').run(sweepId);
    const { engines, ...unused } = removeUnused(storage);
    return { ...unused, programs: unusedPrograms(storage, [engine, ...engines]) };
  });
  removePrograms(storage, programs, complain);
  removeLogs(storage, { stageIds, sweepId });
  return { ...removed, checkpoints: deleteNow(storage, files, complain) };
}

function readState(storage: Storage, sweepId: number): { state: string | null; engine: string | null } {
  const row = storage.prepare('SELECT state, engine FROM "Sweep" WHERE id = ?').get(sweepId);
  return (row as { state: string; engine: string | null } | undefined) ?? { state: null, engine: null };
}

/** The sweep is removed by now, so a database that cannot be written to any more is no failure. */
function deleteNow(storage: Storage, files: string[], complain: (message: string) => void): number {
  try {
    return deleteForgotten(storage, files, complain);
  } catch (error) {
    complain(`Cannot delete all checkpoints: ${fileReason(error)}; the next process that trains deletes the others`);
    return 0;
  }
}

const USED_ENVIRONMENTS = 'SELECT environmentId FROM "Run" WHERE environmentId IS NOT NULL';

interface Unused {
  runs: number;
  stages: number;
  stageIds: number[];
  files: string[];
  /** Of the runs. */
  engines: (string | null)[];
}

/** Within a transaction: removes the runs that no sweep refers to and the stages that no run's path goes through. */
function removeUnused(storage: Storage): Unused {
  const engines = storage
    .prepare('DELETE FROM "Run" WHERE id NOT IN (SELECT runId FROM "SweepRun") RETURNING engine')
    .pluck()
    .all() as (string | null)[];
  storage.prepare(`DELETE FROM "Environment" WHERE id NOT IN (${USED_ENVIRONMENTS})`).run();
  const unused = 'NOT IN (SELECT stageId FROM "RunStage")';
  const forgotten = storage
    .prepare(`SELECT DISTINCT file FROM "Checkpoint" WHERE stageId ${unused}`)
    .pluck()
    .all() as string[];
  const stageIds = storage.prepare(`DELETE FROM "Stage" WHERE id ${unused} RETURNING id`).pluck().all() as number[];
  removeUnusedPictures(storage);
  const files = forgetFiles(storage, forgotten); // equal states have one file
  return { runs: engines.length, stages: stageIds.length, stageIds, files, engines };
}
