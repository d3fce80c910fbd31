import type { Arm } from '../../sweep/arm.ts';
import type { Metric } from '../../sweep/metrics.ts';
import type { RunState, Usage } from '../../sweep/results.ts';
import { runName, stageName, sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import { toReason } from './run-reason.ts';
import { ownMetricsOfRuns } from './own-metrics.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import { readEnvironmentOf, type TrainingEnvironment } from './read-environment.ts';
import { readRunUsage } from './read-usage.ts';
import { readRunMetrics, type MetricSummary } from './run-metrics.ts';
import type { Storage } from '../database/storage.ts';

export interface RunRecord {
  id: string;
  /** The sweeps that refer to the run, the newest last. */
  sweeps: { id: string; name: string; arm: number; armName: string }[];
  /** The arm as the newest of these sweeps has it; null where no sweep refers to the run any more. */
  arm: Arm | null;
  seed: number;
  state: RunState;
  error: string | null;
  divergedBatch: number | null;
  metrics: Record<string, MetricSummary>;
  /** The metrics that its sweeps name themselves. */
  ownMetrics: Metric[];
  stages: {
    id: string;
    parent: string | null;
    from: number;
    to: number;
    batch: number;
    taken: number;
    params: ShownParameters;
  }[];
  engine: string | null;
  device: string | null;
  versions: Record<string, string>;
  /** The signature of the bits that its machine computes; null where it is unknown. */
  bits: string | null;
  gitCommit: string | null;
  environment: TrainingEnvironment | null;
  dataFingerprint: string | null;
  /** The resolved settings that the run was trained with; null before it has started. */
  configuration: unknown;
  classes: string[] | null;
  evaluated: { val: number; test: number } | null;
  intraDead: boolean | null;
  batch: number;
  batches: number;
  attempts: number;
  /** Seconds; null before it has trained. */
  durations: { training: number | null; evaluation: number | null };
  /** Shared stages included; null where nothing was measured. */
  usage: Usage | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  /**
   * The run without the intra-class phase and with the same everything else and the same seed, in the newest sweep that
   * has one.
   */
  controlRun: string | null;
  artefacts: { batch: number; name: string }[];
}

/** One run in full; null where there is none. */
export async function readRun(storage: Storage, runId: number): Promise<RunRecord | null> {
  const run = await storage.prisma.run.findUnique({
    where: { id: runId },
    include: {
      sweeps: { include: { sweep: { select: { name: true } }, arm: true }, orderBy: { sweepId: 'asc' } },
      stages: {
        include: { stage: { include: { artefacts: { select: { batch: true, name: true } } } } },
        orderBy: { position: 'asc' },
      },
    },
  });
  if (!run) return null;
  const stages = run.stages.map(({ stage }) => stage);
  const newest = run.sweeps.at(-1);
  const own = ownMetricsOfRuns(storage, [runId]);
  return {
    id: runName(run.id),
    sweeps: run.sweeps.map(({ sweepId, sweep, arm }) => ({
      id: sweepName(sweepId),
      name: sweep.name,
      arm: arm.index,
      armName: arm.name,
    })),
    arm: newest ? (JSON.parse(newest.arm.settings) as Arm) : null,
    seed: Number(run.seed),
    state: run.state === 'running' && !leaseHolder(storage) ? 'waiting' : (run.state as RunState),
    error: toReason(run.error, run.divergedBatch),
    divergedBatch: run.divergedBatch,
    metrics: readRunMetrics(storage, [runId], null, own).get(runId)!,
    ownMetrics: own,
    stages: stages.map(({ id, parentId, fromBatch, toBatch, batch, taken, params }) => ({
      id: stageName(id),
      parent: parentId === null ? null : stageName(parentId),
      from: fromBatch,
      to: toBatch,
      batch,
      taken,
      params: JSON.parse(params) as ShownParameters,
    })),
    engine: run.engine,
    device: run.device,
    versions: run.versions === null ? {} : JSON.parse(run.versions),
    bits: run.bits,
    gitCommit: run.gitCommit,
    environment: readEnvironmentOf(storage, runId),
    dataFingerprint: run.dataFingerprint,
    configuration: run.configuration === null ? null : JSON.parse(run.configuration),
    classes: run.classes === null ? null : JSON.parse(run.classes),
    evaluated: run.evaluatedVal === null ? null : { val: run.evaluatedVal, test: run.evaluatedTest ?? 0 },
    intraDead: run.intraDead,
    batch: run.batch,
    batches: run.batches,
    attempts: run.attempts,
    durations:
      run.startedAt === null
        ? { training: null, evaluation: null }
        : {
            training: sum(stages.map((stage) => stage.trainingSeconds)),
            evaluation: sum(stages.map((stage) => stage.evaluationSeconds)),
          },
    usage: readRunUsage(storage, runId),
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    controlRun: controlRun(storage, runId),
    artefacts: stages
      .flatMap((stage) => stage.artefacts)
      .sort((a, b) => a.batch - b.batch || (a.name < b.name ? -1 : 1)),
  };
}

function controlRun(storage: Storage, runId: number): string | null {
  const id = storage
    .prepare(
      `SELECT c.runId FROM "SweepRun" s JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex
    JOIN "SweepRun" c ON c.sweepId = s.sweepId AND c.armIndex = a.controlIndex AND c.seed = s.seed
    WHERE s.runId = ? AND c.runId <> s.runId ORDER BY s.sweepId DESC LIMIT 1`,
    )
    .pluck()
    .get(runId);
  return id === undefined ? null : runName(id as number);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
