import type { Usage } from '../../sweep/results.ts';
import type { Storage } from '../database/storage.ts';

/** What training a run used, from batch 0 on: stages that it shares with others count in full. */
export function readRunUsage(storage: Storage, runId: number): Usage | null {
  return readUsage(storage, 'SELECT stageId FROM "RunStage" WHERE runId = ?', runId);
}

/** What training the runs of a sweep used: a stage that several runs share counts once. */
export function readSweepUsage(storage: Storage, sweepId: number): Usage | null {
  const ids = 'SELECT p.stageId FROM "SweepRun" s JOIN "RunStage" p ON p.runId = s.runId WHERE s.sweepId = ?';
  return readUsage(storage, ids, sweepId);
}

/** The energy of each run of a sweep for which some was measured, by run; stages that runs share count for each. */
export function readRunEnergies(storage: Storage, sweepId: number): Map<number, NonNullable<Usage['energy']>> {
  const rows = storage
    .prepare(
      `SELECT s.runId, sum(g.trainingSeconds + g.evaluationSeconds - g.takenSeconds) AS seconds,
      sum(u.joules) AS joules, sum(u.joulesOver) AS joulesOver
    FROM "SweepRun" s CROSS JOIN "RunStage" p ON p.runId = s.runId CROSS JOIN "Stage" g ON g.id = p.stageId
    LEFT JOIN "StageUsage" u ON u.stageId = g.id WHERE s.sweepId = ? GROUP BY s.runId`,
    )
    .all(sweepId) as (EnergySums & { runId: number })[];
  return new Map(
    rows.flatMap(({ runId, ...sums }) => {
      const energy = toEnergy(sums);
      return energy === null ? [] : [[runId, energy]];
    }),
  );
}

/** @param stages a query of the ids of stages */
function readUsage(storage: Storage, stages: string, id: number): Usage | null {
  const sums = storage
    .prepare(
      `SELECT sum(g.trainingSeconds + g.evaluationSeconds - g.takenSeconds) AS seconds,
      sum(u.processorSeconds) AS processorSeconds, sum(u.processorOver) AS processorOver,
      max(u.peakMemory) AS peakMemory, sum(u.gpuBusySeconds) AS gpuBusySeconds, sum(u.gpuOver) AS gpuOver,
      max(u.gpuPeakUse) AS gpuPeakUse, max(u.gpuPeakMemory) AS gpuPeakMemory,
      sum(u.joules) AS joules, sum(u.joulesOver) AS joulesOver
    FROM "Stage" g LEFT JOIN "StageUsage" u ON u.stageId = g.id WHERE g.id IN (${stages})`,
    )
    .get(id) as Sums;
  const usage = { seconds: sums.seconds ?? 0, processor: toProcessor(sums), gpu: toGpu(sums), energy: toEnergy(sums) };
  return usage.processor === null && usage.gpu === null && usage.energy === null ? null : usage;
}

/** Sums are null where none of the stages has a row. */
interface EnergySums {
  seconds: number | null;
  joules: number | null;
  joulesOver: number | null;
}

interface Sums extends EnergySums {
  processorSeconds: number | null;
  processorOver: number | null;
  peakMemory: number | null;
  gpuBusySeconds: number | null;
  gpuOver: number | null;
  gpuPeakUse: number | null;
  gpuPeakMemory: number | null;
}

function toProcessor({ seconds, processorSeconds, processorOver, peakMemory }: Sums): Usage['processor'] {
  if (peakMemory === null) return null;
  return { seconds: processorSeconds!, peakMemory, share: shareOf(processorOver, seconds) };
}

function toGpu({ seconds, gpuBusySeconds, gpuOver, gpuPeakUse, gpuPeakMemory }: Sums): Usage['gpu'] {
  if (gpuPeakUse === null && gpuPeakMemory === null) return null;
  const use = gpuOver! > 0 ? gpuBusySeconds! / gpuOver! : null;
  return { use, peakUse: gpuPeakUse, peakMemory: gpuPeakMemory, share: shareOf(gpuOver, seconds) };
}

function toEnergy({ seconds, joules, joulesOver }: EnergySums): Usage['energy'] {
  return joulesOver === null || joulesOver === 0 ? null : { joules: joules!, share: shareOf(joulesOver, seconds) };
}

/** Clocks of two processes measured both: a share may come out a little above 1. */
function shareOf(over: number | null, seconds: number | null): number {
  return seconds === null || seconds <= 0 ? 0 : Math.min(1, (over ?? 0) / seconds);
}
