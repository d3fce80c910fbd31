import type { Storage } from '../database/storage.ts';
import { LAST_VALUE } from './run-metrics.ts';

/**
 * The best complete run of each arm, by the last value of the sweep's own metric: the value that the run's final
 * weights have. Of equal ones, and where none has a finite value, it is the one with the lowest id.
 *
 * @returns by arm
 */
export function bestRuns(storage: Storage, sweepId: number): Map<number, number> {
  const { metric, goal } = storage
    .prepare('SELECT metricName AS metric, metricGoal AS goal FROM "Sweep" WHERE id = ?')
    .get(sweepId) as { metric: string; goal: string };
  const worstFirst = storage
    .prepare(
      `SELECT s.armIndex AS arm, r.id, ${LAST_VALUE} AS last FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId
      WHERE s.sweepId = @sweepId AND r.state = 'complete'
      ORDER BY last ${goal === 'minimize' ? 'DESC' : 'ASC'}, r.id DESC`,
    )
    .all({ sweepId, metric }) as { arm: number; id: number; last: number | null }[];
  const finite = worstFirst.filter(({ last }) => last !== null);
  const others = worstFirst.filter(({ last }) => last === null);
  return new Map([...others, ...finite].map(({ arm, id }) => [arm, id]));
}
