import type { KeepWeights } from '../../sweep/keep-weights.ts';
import { underLease, type Lease } from '../database/lease.ts';
import { forgetFiles } from '../database/forgotten-files.ts';
import type { Storage } from '../database/storage.ts';
import { bestRuns } from '../reading/best-runs.ts';

/**
 * Forgets the checkpoints that nothing needs any more. It keeps those of every stage from which an unfinished run may
 * still continue or fork, those of sweeps that keep all, and the final weights of complete runs. Of the latter go those
 * that none of the run's sweeps keeps (`--keep-weights`); a sweep that is not complete keeps them, since the rest of
 * its runs may take their end from them. While a sweep is queued all checkpoints are kept: only when it begins is it
 * known from which of them its runs fork.
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
          OR r.state = 'complete' AND p.position = (SELECT max(q.position) FROM "RunStage" q WHERE q.runId = p.runId)
            AND (${KEEPS_WEIGHTS}))
      AND stageId NOT IN (SELECT p.stageId FROM "RunStage" p JOIN "SweepRun" s ON s.runId = p.runId
        JOIN "Sweep" w ON w.id = s.sweepId WHERE w.keepCheckpoints)
      RETURNING file`,
      )
      .pluck()
      .all({ best: JSON.stringify(allBestRuns(storage)) }) as string[];
    return forgetFiles(storage, forgotten); // equal states have one file
  });
}

const [ALL, BEST]: KeepWeights[] = ['all', 'best'];

/** Whether the final weights of the run `r` are kept. Nobody has asked for those of a run without a sweep to go. */
const KEEPS_WEIGHTS = `r.id IN (SELECT value FROM json_each(@best))
  OR NOT EXISTS (SELECT 1 FROM "SweepRun" s WHERE s.runId = r.id)
  OR EXISTS (SELECT 1 FROM "SweepRun" s JOIN "Sweep" w ON w.id = s.sweepId
    WHERE s.runId = r.id AND (w.keepWeights = '${ALL}' OR w.state <> 'complete'))`;

function allBestRuns(storage: Storage): number[] {
  const sweeps = storage.prepare('SELECT id FROM "Sweep" WHERE keepWeights = ?').pluck().all(BEST) as number[];
  return sweeps.flatMap((sweepId) => [...bestRuns(storage, sweepId).values()]);
}
