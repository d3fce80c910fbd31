import type { Storage } from '../database/storage.ts';

/** What goes with a sweep when it is removed. */
export interface Losses {
  /** Runs that no other sweep refers to, and how many of them are complete. */
  runs: number;
  complete: number;
  /** Runs that another sweep refers to: they stay. */
  shared: number;
  /** Seconds of training, evaluations included, in the stages that go. */
  seconds: number;
}

export function readLosses(storage: Storage, sweepId: number): Losses {
  const counts = storage
    .prepare(
      `SELECT count(*) FILTER (WHERE NOT shared) AS runs,
      count(*) FILTER (WHERE NOT shared AND state = 'complete') AS complete, count(*) FILTER (WHERE shared) AS shared
    FROM (SELECT r.state, EXISTS (SELECT 1 FROM "SweepRun" o WHERE o.runId = r.id AND o.sweepId <> s.sweepId) AS shared
      FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ?)`,
    )
    .get(sweepId) as Omit<Losses, 'seconds'>;
  const seconds = storage
    .prepare(
      `SELECT coalesce(sum(g.trainingSeconds + g.evaluationSeconds - g.takenSeconds), 0) FROM (
      SELECT DISTINCT p.stageId AS id FROM "SweepRun" s CROSS JOIN "RunStage" p ON p.runId = s.runId
      WHERE s.sweepId = @sweepId) w CROSS JOIN "Stage" g ON g.id = w.id
    WHERE NOT EXISTS (SELECT 1 FROM "RunStage" q CROSS JOIN "SweepRun" o ON o.runId = q.runId
      WHERE q.stageId = g.id AND o.sweepId <> @sweepId)`,
    )
    .pluck()
    .get({ sweepId }) as number;
  return { ...counts, seconds };
}
