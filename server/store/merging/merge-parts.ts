import { underLeaseInSteps, type Lease } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';
import { chooseOtherEditions } from './choose-other-editions.ts';
import { layOut } from './lay-out.ts';
import { matchStored } from './match-stored.ts';
import { type MergedSweep, mergeSweeps } from './merge-sweeps.ts';
import { attach, detach, type Part, refuseAtWork } from './part.ts';
import { putBackUnbegun } from './put-back-unbegun.ts';
import { refuseConflicts } from './refuse-conflicts.ts';
import type { Steps } from './steps.ts';
import { listFiles, takeCheckpoints } from './take-checkpoints.ts';
import { leaveStages, takeRuns } from './take-runs.ts';
import { type MergedStage, takeStages } from './take-stages.ts';

/** What a part gave. */
export interface MergedPart {
  part: Part;
  sweeps: MergedSweep[];
  stages: MergedStage[];
  /** Runs that are new here, and that are further than they were. */
  runs: { made: number; advanced: number };
  checkpoints: number;
  /** Runs that are of another edition here, since what is stored of them has other bits. */
  otherBits: number;
}

/**
 * Merges parts into a database, in one transaction: whatever stops it, the database is as it was. Runs and stages are
 * one where their keys are, and of two that are not as far the further one stays.
 *
 * @param copied the files of checkpoints that were copied, by their hashes
 * @throws {OutsideError} where two of them differ
 */
export async function mergeParts(
  storage: Storage,
  lease: Lease,
  parts: readonly Part[],
  { copied, steps }: { copied: ReadonlyMap<string, string>; steps: Steps },
): Promise<MergedPart[]> {
  attach(storage, parts);
  try {
    return await underLeaseInSteps(storage, lease, async () => {
      listFiles(storage, copied);
      const merged: MergedPart[] = [];
      for (const part of parts) merged.push(await mergePart(storage, part, steps));
      return merged;
    });
  } finally {
    detach(storage, parts);
  }
}

async function mergePart(storage: Storage, part: Part, steps: Steps): Promise<MergedPart> {
  const { schema } = part;
  refuseAtWork(part.storage);
  layOut(storage, schema);
  const otherBits = chooseOtherEditions(storage, schema);
  putBackUnbegun(storage, schema);
  matchStored(storage, part);
  await refuseConflicts(storage, part, steps);
  leaveStages(storage);
  const stages = await takeStages(storage, part, steps);
  const runs = takeRuns(storage, schema);
  const checkpoints = takeCheckpoints(storage, schema);
  const sweeps = mergeSweeps(storage, part, changedRuns(storage));
  await steps.breathe();
  return { part, sweeps, stages, runs, checkpoints, otherBits };
}

/** Runs here that come from the part, or that share a stage which does. */
function changedRuns(storage: Storage): Set<number> {
  const runs = storage
    .prepare(
      `SELECT mine FROM temp."PartRun" WHERE taken UNION SELECT p.runId FROM temp."PartStage" t
      JOIN main."RunStage" p ON p.stageId = t.mine WHERE t.taken`,
    )
    .pluck()
    .all() as number[];
  return new Set(runs);
}
