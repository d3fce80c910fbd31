import { underLease, type Lease } from '../database/lease.ts';
import { forgetFiles } from '../database/forgotten-files.ts';
import type { Storage } from '../database/storage.ts';

/**
 * Forgets the checkpoints that nothing needs any more. It keeps those at the end of complete runs (their final
 * weights), those of every stage from which an unfinished run may still continue or fork, and those of sweeps that keep
 * all. While a sweep is queued all checkpoints are kept: only when it begins is it known from which of them its runs
 * fork.
 *
 * @returns files that no checkpoint refers to any more. They are noted as forgotten and deleted afterwards: a process
 * that is killed in between leaves a noted file, which the next process deletes, and never a checkpoint without its
 * file.
 */
export function retireCheckpoints(storage: Storage, lease: Lease): string[] {
  return underLease(storage, lease, () => {
    const forgotten = storage
      .prepare(
        `DELETE FROM "Checkpoint" WHERE NOT EXISTS (SELECT 1 FROM "Sweep" WHERE state = 'queued')
      AND stageId NOT IN (SELECT p.stageId FROM "RunStage" p JOIN "Run" r ON r.id = p.runId
        WHERE r.state NOT IN ('complete', 'diverged')
          OR r.state = 'complete' AND p.position = (SELECT max(q.position) FROM "RunStage" q WHERE q.runId = p.runId))
      AND stageId NOT IN (SELECT p.stageId FROM "RunStage" p JOIN "SweepRun" s ON s.runId = p.runId
        JOIN "Sweep" w ON w.id = s.sweepId WHERE w.keepCheckpoints)
      RETURNING file`,
      )
      .pluck()
      .all() as string[];
    return forgetFiles(storage, forgotten); // equal states have one file
  });
}
