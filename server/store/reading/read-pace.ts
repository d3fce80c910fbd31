import type { Storage } from '../database/storage.ts';

/** Mean seconds of a trained batch of a sweep, evaluations included; null where nothing is trained yet. */
export function readPace(storage: Storage, sweepId: number): number | null {
  return storage
    .prepare(
      `SELECT sum(trainingSeconds + evaluationSeconds - takenSeconds) / nullif(sum(batch - fromBatch - taken), 0)
      FROM "Stage" WHERE id IN (
        SELECT p.stageId FROM "SweepRun" s JOIN "RunStage" p ON p.runId = s.runId WHERE s.sweepId = ?)`,
    )
    .pluck()
    .get(sweepId) as number | null;
}
