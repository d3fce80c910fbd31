import type { KeepWeights } from '../../sweep/keep-weights.ts';
import { runName, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { bestRuns } from './best-runs.ts';

/** A sweep that does not keep the final weights of all of its runs. */
export interface UnkeptBy {
  sweep: string;
  keepWeights: Exclude<KeepWeights, 'all'>;
  /** The run of the same arm that keeps its weights; null where none does. */
  best: string | null;
}

/** Why a run without final weights has none: the newest of its sweeps that do not keep all; null where none is. */
export function unkeptWeights(storage: Storage, runId: number): UnkeptBy | null {
  const found = storage
    .prepare(
      `SELECT s.sweepId, s.armIndex AS arm, w.keepWeights FROM "SweepRun" s JOIN "Sweep" w ON w.id = s.sweepId
      WHERE s.runId = ? AND w.keepWeights <> 'all' ORDER BY s.sweepId DESC LIMIT 1`,
    )
    .get(runId) as { sweepId: number; arm: number; keepWeights: UnkeptBy['keepWeights'] } | undefined;
  if (found === undefined) return null;
  const { sweepId, arm, keepWeights } = found;
  const best = keepWeights === 'best' ? bestRuns(storage, sweepId).get(arm) : undefined;
  return { sweep: sweepName(sweepId), keepWeights, best: best === undefined ? null : runName(best) };
}
