import type { Arm } from '../../sweep/arm.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { onceARevision } from './once-a-revision.ts';
import { readArms } from './read-arms.ts';
import { toRows, type SweepRow } from './list-sweeps.ts';
import type { Storage } from '../database/storage.ts';

export interface SweepRecord extends SweepRow {
  planHash: string;
  /** The parts of the plan besides arms and runs. */
  plan: Omit<Plan, 'arms' | 'runs'>;
  armList: Arm[];
  /** Names of the metrics that its runs have recorded so far, sorted. */
  metrics: string[];
  /** The definition as it was written, and where its relative paths start. */
  definition: string;
  folder: string;
  share: boolean;
  /**
   * Estimated from the batches that were trained since the sweep last started. null while nothing trains or nothing is
   * known yet, and for a probe, which trains only a part of the sweep.
   */
  secondsLeft: number | null;
}

/** One sweep in full; null where there is none. */
export async function readSweep(storage: Storage, sweepId: number, now = Date.now()): Promise<SweepRecord | null> {
  const sweep = await storage.prisma.sweep.findUnique({ where: { id: sweepId } });
  if (!sweep) return null;
  const row = toRows(storage, [sweep])[0]!;
  return {
    ...row,
    planHash: sweep.planHash,
    plan: JSON.parse(sweep.plan),
    armList: readArms(storage, sweepId),
    metrics: onceARevision(storage, sweepId, 'metrics', () => recordedMetrics(storage, sweepId)),
    definition: sweep.definition,
    folder: sweep.folder,
    share: sweep.share,
    secondsLeft:
      row.state === 'running' && row.probeSeeds === null && sweep.resumedAt
        ? secondsLeft(row, sweep.batchesBefore, (now - sweep.resumedAt.getTime()) / 1000)
        : null,
  };
}

/**
 * Names of the metrics that the runs of a sweep have recorded so far. Of each the first stage that has it is looked
 * for: to go through all metrics of all stages takes half a second where there are 10,000.
 */
function recordedMetrics(storage: Storage, sweepId: number): string[] {
  return storage
    .prepare(
      `WITH stages AS MATERIALIZED (
      SELECT DISTINCT p.stageId FROM "SweepRun" s CROSS JOIN "RunStage" p ON p.runId = s.runId WHERE s.sweepId = ?)
    SELECT name FROM (SELECT DISTINCT name FROM "Metric") n WHERE EXISTS (
      SELECT 1 FROM stages w CROSS JOIN "Metric" m ON m.name = n.name
      CROSS JOIN "StageMetric" g ON g.stageId = w.stageId AND g.metricId = m.id)
    ORDER BY name`,
    )
    .pluck()
    .all(sweepId) as string[];
}

function secondsLeft({ batches, batchesTotal }: SweepRow, before: number, seconds: number): number | null {
  const trained = batches - before;
  return trained > 0 ? ((batchesTotal - batches) / trained) * seconds : null;
}
