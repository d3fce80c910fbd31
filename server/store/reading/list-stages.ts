import type { RunState } from '../../sweep/results.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { runName, stageName } from '../database/ids.ts';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import { seenRunState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

export interface StageRow {
  id: string;
  parent: string | null;
  /** The stage has the batches [from, to) and is committed up to `batch`. */
  from: number;
  to: number;
  batch: number;
  /** How many of its batches were taken from the trunk instead of trained: no test of the truncation passed in them. */
  taken: number;
  /** Seconds that the trunk spent on the batches taken; not part of `seconds`. */
  takenSeconds: number;
  seed: number;
  state: RunState;
  /** Runs of the sweep whose path goes through the stage; where there is more than one, it is a trunk. */
  runs: string[];
  /** The parameters in force in the stage; null where one is not. */
  params: ShownParameters;
  engine: string | null;
  /** Number of the worker process that trains the stage now, counted from 0; null where none does. */
  worker: number | null;
  seconds: number | null;
}

/** The stage tree of a sweep, parents before children. */
export function listStages(storage: Storage, sweepId: number): StageRow[] {
  const rows = storage
    .prepare(
      `SELECT g.id, g.parentId, g.fromBatch, g.toBatch, g.batch, g.taken, g.takenSeconds, g.seed, g.params,
      g.trainingSeconds + g.evaluationSeconds - g.takenSeconds AS seconds,
      r.id AS runId, r.engine, r.worker, ${seenRunState(storage)} AS state
    FROM "SweepRun" s JOIN "Run" r ON r.id = s.runId
    JOIN "RunStage" p ON p.runId = r.id JOIN "Stage" g ON g.id = p.stageId
    WHERE s.sweepId = ? ORDER BY g.seed, g.fromBatch, g.id, s.position`,
    )
    .all(sweepId) as Row[];
  return [...groupBy(rows, ({ id }) => id).values()].map(toStageRow);
}

interface Row {
  id: number;
  parentId: number | null;
  fromBatch: number;
  toBatch: number;
  batch: number;
  taken: number;
  takenSeconds: number;
  seed: number;
  params: string;
  seconds: number;
  runId: number;
  engine: string | null;
  worker: number | null;
  state: RunState;
}

function toStageRow(rows: Row[]): StageRow {
  const first = rows[0]!;
  const state = stateOf(first, rows);
  return {
    id: stageName(first.id),
    parent: first.parentId === null ? null : stageName(first.parentId),
    from: first.fromBatch,
    to: first.toBatch,
    batch: first.batch,
    taken: first.taken,
    takenSeconds: first.takenSeconds,
    seed: first.seed,
    state,
    runs: [...new Set(rows.map(({ runId }) => runName(runId)))],
    params: JSON.parse(first.params) as ShownParameters,
    engine: first.engine,
    worker: state === 'running' ? rows.find((row) => row.state === 'running')!.worker : null,
    seconds: first.seconds > 1e-9 ? first.seconds : null,
  };
}

/** A stage is complete when it is at its end. Until then its state is that of the runs that need it. */
function stateOf({ batch, toBatch, state }: Row, rows: Row[]): RunState {
  if (state === 'diverged' && rows.length === 1) return 'diverged';
  if (batch >= toBatch) return 'complete';
  return rows.some((row) => row.state === 'running') ? 'running' : state;
}
