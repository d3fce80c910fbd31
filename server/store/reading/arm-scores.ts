import { groupBy } from '../../sweep/group-by.ts';
import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { onceARevision } from './once-a-revision.ts';
import { LAST_VALUE } from './run-metrics.ts';
import type { Storage } from '../database/storage.ts';

/** The last values of a metric over the complete runs of an arm. */
export interface ArmScore {
  arm: number;
  n: number;
  mean: number;
  /** Of the sample (n − 1); null with a single run. */
  sd: number | null;
}

/** The arms of a sweep that have a complete run, best first by the sweep's own metric. */
export function readArmScores(storage: Storage, sweepId: number): ArmScore[] {
  return onceARevision(storage, sweepId, 'arm scores', () => computeArmScores(storage, sweepId));
}

function computeArmScores(storage: Storage, sweepId: number): ArmScore[] {
  const sweep = storage.prepare('SELECT metricName, metricGoal FROM "Sweep" WHERE id = ?').get(sweepId) as {
    metricName: string;
    metricGoal: string;
  };
  const runs = storage
    .prepare(
      `SELECT s.armIndex AS arm, ${LAST_VALUE} AS last FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = @sweepId AND r.state = 'complete' ORDER BY s.armIndex, s.position`,
    )
    .all({ sweepId, metric: sweep.metricName }) as { arm: number; last: number | null }[];
  const sign = sweep.metricGoal === 'minimize' ? 1 : -1;
  return [...groupBy(runs, ({ arm }) => arm)]
    .map(([arm, group]) =>
      toScore(
        arm,
        group.map(({ last }) => last),
      ),
    )
    .filter((score) => score !== null)
    .sort((a, b) => sign * (toTwelveDigits(a.mean) - toTwelveDigits(b.mean)) || a.arm - b.arm);
}

function toScore(arm: number, values: (number | null)[]): ArmScore | null {
  const finite = values.filter((value) => value !== null);
  const n = finite.length;
  if (n === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  const sd = n === 1 ? null : Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { arm, n, mean, sd };
}
