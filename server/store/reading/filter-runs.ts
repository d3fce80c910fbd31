import { type Filter, type FilteredRun, metricsOfFilter, passes } from '../../sweep/filter/filter.ts';
import type { ParamValue } from '../../sweep/arm.ts';
import type { RunState } from '../../sweep/results.ts';
import { runName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { type Marks, marksOfRun, readMarks } from './read-marks.ts';
import { RUN_SECONDS } from './run-metrics.ts';
import { readRunValues } from './run-values.ts';
import { toReason } from './run-reason.ts';
import { seenRunState } from './seen-state.ts';

/**
 * The positions of the runs of a sweep that pass a filter, in the order of training. Only the metrics that the filter
 * names are read.
 */
export function filterRuns(storage: Storage, sweepId: number, filter: Filter): number[] {
  const values = new Map(
    metricsOfFilter(filter).map(({ which, metric }) => [
      `${which} ${metric}`,
      readRunValues(storage, sweepId, which, metric),
    ]),
  );
  const arms = readArmParts(storage, sweepId);
  const marks = readMarks(storage, sweepId);
  return readRows(storage, sweepId)
    .filter((row) =>
      passes(filter, {
        ...toFilteredRun(row, arms[row.arm]!, marks),
        metric: (which, name) => values.get(`${which} ${name}`)?.get(row.position) ?? null,
      }),
    )
    .map(({ position }) => position);
}

interface ArmParts {
  name: string;
  ablation: string | null;
  control: boolean;
  params: Record<string, ParamValue>;
}

function readArmParts(storage: Storage, sweepId: number): ArmParts[] {
  const rows = storage
    .prepare(
      `SELECT name, ablation, control, alpha, beta, gamma, epsilon, N, swept FROM "Arm"
    WHERE sweepId = ? ORDER BY "index"`,
    )
    .all(sweepId) as ({ name: string; ablation: string | null; control: number; swept: string } & Record<
    'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N',
    number | null
  >)[];
  return rows.map(({ name, ablation, control, swept, ...numbers }) => ({
    name,
    ablation,
    control: control === 1,
    params: { ...numbers, ...(JSON.parse(swept) as Record<string, ParamValue>) },
  }));
}

interface Row {
  position: number;
  id: number;
  arm: number;
  seed: number;
  state: RunState;
  error: string | null;
  divergedBatch: number | null;
  engine: string | null;
  device: string | null;
  seconds: number | null;
  batch: number;
  batches: number;
  reused: number;
  intraDead: number | null;
}

function readRows(storage: Storage, sweepId: number): Row[] {
  return storage
    .prepare(
      `SELECT s.position, r.id, s.armIndex AS arm, s.seed, ${seenRunState(storage)} AS state, r.error, r.divergedBatch,
      r.engine, r.device, ${RUN_SECONDS} AS seconds, r.batch, r.batches, s.reused, r.intraDead
    FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId WHERE s.sweepId = ? ORDER BY s.position`,
    )
    .all(sweepId) as Row[];
}

function toFilteredRun(row: Row, arm: ArmParts, marks: Marks): Omit<FilteredRun, 'metric'> {
  const own = marksOfRun(marks, row.id, row.arm);
  return {
    params: arm.params,
    arm: row.arm,
    armName: arm.name,
    numbers: { seed: row.seed, seconds: row.seconds, batch: row.batch, batches: row.batches },
    texts: {
      state: row.state,
      engine: row.engine,
      device: row.device,
      error: toReason(row.error, row.divergedBatch),
      note: own.flatMap(({ note }) => note ?? []).join('\n'),
      run: runName(row.id),
      ablation: arm.ablation,
    },
    flags: {
      waiting: row.state === 'waiting',
      running: row.state === 'running',
      complete: row.state === 'complete',
      failed: row.state === 'failed',
      diverged: row.state === 'diverged',
      cancelled: row.state === 'cancelled',
      control: arm.control,
      starred: own.some(({ star }) => star),
      reused: row.reused === 1,
      dead: row.intraDead === 1,
    },
    tags: own.flatMap(({ tags }) => tags),
  };
}
