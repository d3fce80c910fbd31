import type { RunResult, RunState, SweepResults } from '../../sweep/results.ts';
import { runName, sweepName } from '../database/ids.ts';
import { readArms } from './read-arms.ts';
import { readArtefact } from './read-artefact.ts';
import { readCurve } from './read-curve.ts';
import { RUN_SECONDS } from './run-metrics.ts';
import { seenRunState, seenSweepState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

/** A sweep as the report reads it, with the curves of the metrics that are asked for; null where there is none. */
export function readResults(storage: Storage, sweepId: number, metrics: string[]): SweepResults | null {
  const sweep = storage
    .prepare('SELECT name, state, metricName, metricGoal, plan FROM "Sweep" WHERE id = ?')
    .get(sweepId) as SweepColumns | undefined;
  if (!sweep) return null;
  return {
    id: sweepName(sweepId),
    name: sweep.name,
    state: seenSweepState(storage, sweep.state),
    metric: { name: sweep.metricName, goal: sweep.metricGoal },
    arms: readArms(storage, sweepId),
    seeds: (JSON.parse(sweep.plan) as { seeds: number[] }).seeds,
    runs: readRuns(storage, sweepId).map((run) => toResult(storage, run, metrics)),
    seconds: secondsOf(storage, sweepId),
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
  metricName: string;
  metricGoal: 'maximize' | 'minimize';
  plan: string;
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
}

function readRuns(storage: Storage, sweepId: number): RunColumns[] {
  return storage
    .prepare(
      `SELECT r.id, s.armIndex AS arm, s.seed, ${seenRunState(storage)} AS state, r.engine,
      r.device, r.versions, r.bits, ${RUN_SECONDS} AS seconds,
      r.error, r.evaluatedVal, r.evaluatedTest, r.intraDead, r.dataFingerprint
    FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ? ORDER BY s.position`,
    )
    .all(sweepId) as RunColumns[];
}

function toResult(storage: Storage, run: RunColumns, metrics: string[]): RunResult {
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
    curves: Object.fromEntries(metrics.map((metric) => [metric, readCurve(storage, run.id, metric)])),
    confusion: (readArtefact(storage, run.id, 'confusion')?.value ?? null) as number[][] | null,
    evaluated: run.evaluatedVal === null ? null : { val: run.evaluatedVal, test: run.evaluatedTest ?? 0 },
    intraDead: run.intraDead === null ? null : run.intraDead === 1,
    dataFingerprint: run.dataFingerprint,
  };
}
