import type { Plan } from '../../sweep/plan/plan.ts';
import type { Curve, RunResult, RunState, SweepResults } from '../../sweep/results.ts';
import { runName, sweepName } from '../database/ids.ts';
import { readArms } from './read-arms.ts';
import { parseArtefact } from './read-artefact.ts';
import { curveReader, readPaths, type RunPath } from './read-curve.ts';
import { readGrowth } from './read-growth.ts';
import { readRunEnergies, readSweepUsage } from './read-usage.ts';
import { RUN_SECONDS } from './run-metrics.ts';
import { seenRunState, seenSweepState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

export interface WantedResults {
  /** False: without confusion matrices, of which every run has one. */
  confusion?: boolean;
  /** This run alone. */
  runId?: number;
  /** The runs of these arms alone, by index. */
  arms?: readonly number[];
}

/** A sweep as the report reads it, with the curves of the metrics that are asked for; null where there is none. */
export function readResults(
  storage: Storage,
  sweepId: number,
  metrics: readonly string[],
  { confusion = true, ...wanted }: WantedResults = {},
): SweepResults | null {
  const sweep = storage
    .prepare(
      'SELECT name, state, cancelRequested, metricName, metricGoal, plan, inexact, audit FROM "Sweep" WHERE id = ?',
    )
    .get(sweepId) as SweepColumns | undefined;
  if (!sweep) return null;
  const plan = JSON.parse(sweep.plan) as Pick<Plan, 'seeds' | 'metrics'>;
  const growth = readGrowth(storage, sweepId);
  const runs = readRuns(storage, sweepId, { confusion, ...wanted });
  const paths = readPaths(storage, metrics.length === 0 ? [] : runs.map(({ id }) => id));
  const usage = readSweepUsage(storage, sweepId);
  const energies = usage?.energy ? readRunEnergies(storage, sweepId) : null;
  const curves = metrics.map((metric): [string, (path: RunPath) => Curve] => [metric, curveReader(storage, metric)]);
  return {
    id: sweepName(sweepId),
    name: sweep.name,
    state: seenSweepState(storage, sweep),
    metric: { name: sweep.metricName, goal: sweep.metricGoal },
    ...(plan.metrics === undefined ? {} : { metrics: plan.metrics }),
    arms: readArms(storage, sweepId),
    seeds: plan.seeds,
    runs: runs.map((run) => {
      const energy = energies?.get(run.id);
      return { ...toResult(run, paths.get(run.id)!, curves), ...(energy && { energy }) };
    }),
    seconds: secondsOf(storage, sweepId),
    ...(sweep.inexact === null ? {} : { inexact: sweep.inexact }),
    ...(sweep.audit === null ? {} : { audit: sweep.audit }),
    usage,
    looks: new Set([...growth.looks, plan.seeds.length]).size,
    armsBefore: growth.armsBefore,
  };
}

function secondsOf(storage: Storage, sweepId: number): number {
  return storage
    .prepare(
      `SELECT coalesce(sum(trainingSeconds + evaluationSeconds - takenSeconds), 0) FROM "Stage" WHERE id IN (
    SELECT p.stageId FROM "SweepRun" s JOIN "RunStage" p ON p.runId = s.runId WHERE s.sweepId = ?)`,
    )
    .pluck()
    .get(sweepId) as number;
}

interface SweepColumns {
  name: string;
  state: string;
  cancelRequested: number;
  metricName: string;
  metricGoal: 'maximize' | 'minimize';
  plan: string;
  inexact: string | null;
  audit: string | null;
}

interface RunColumns {
  id: number;
  arm: number;
  seed: number;
  state: RunState;
  engine: string | null;
  device: string | null;
  versions: string | null;
  bits: string | null;
  seconds: number | null;
  error: string | null;
  evaluatedVal: number | null;
  evaluatedTest: number | null;
  intraDead: number | null;
  dataFingerprint: string | null;
  confusion: Buffer | null;
}

/** The last confusion matrix of a run, in its last stage that has one. */
const CONFUSION = `(SELECT a.data FROM "RunStage" p CROSS JOIN "Artefact" a ON a.stageId = p.stageId
  WHERE p.runId = r.id AND a.name = 'confusion' ORDER BY p.position DESC, a.batch DESC LIMIT 1)`;

function readRuns(storage: Storage, sweepId: number, { confusion, runId, arms }: WantedResults): RunColumns[] {
  return storage
    .prepare(
      `SELECT r.id, s.armIndex AS arm, s.seed, ${seenRunState(storage)} AS state, r.engine,
      r.device, r.versions, r.bits, ${RUN_SECONDS} AS seconds,
      r.error, r.evaluatedVal, r.evaluatedTest, r.intraDead, r.dataFingerprint,
      ${confusion ? CONFUSION : 'NULL'} AS confusion
    FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = @sweepId AND (@runId IS NULL OR s.runId = @runId)
      AND (@arms IS NULL OR s.armIndex IN (SELECT value FROM json_each(@arms))) ORDER BY s.position`,
    )
    .all({ sweepId, runId: runId ?? null, arms: arms === undefined ? null : JSON.stringify(arms) }) as RunColumns[];
}

function toResult(run: RunColumns, path: RunPath, curves: [string, (path: RunPath) => Curve][]): RunResult {
  return {
    id: runName(run.id),
    arm: run.arm,
    seed: run.seed,
    state: run.state,
    engine: run.engine,
    device: run.device,
    versions: run.versions === null ? {} : JSON.parse(run.versions),
    bits: run.bits,
    seconds: run.seconds,
    error: run.error,
    curves: Object.fromEntries(curves.map(([metric, read]) => [metric, read(path)])),
    confusion: run.confusion === null ? null : (parseArtefact(run.confusion) as number[][]),
    evaluated: run.evaluatedVal === null ? null : { val: run.evaluatedVal, test: run.evaluatedTest ?? 0 },
    intraDead: run.intraDead === null ? null : run.intraDead === 1,
    dataFingerprint: run.dataFingerprint,
  };
}
