import type { RunState } from '../../sweep/results.ts';
import { runName } from '../database/ids.ts';
import { seenRunState } from './seen-state.ts';
import type { Storage } from '../database/storage.ts';

/** One arm of a sweep: where its run with each seed stands, in the order of the seeds. */
export interface MatrixRow {
  arm: number;
  name: string;
  states: RunState[];
  /** Ids of the runs. */
  runs: string[];
}

export interface RunMatrix {
  seeds: number[];
  rows: MatrixRow[];
}

/** Arms × seeds of a sweep with the state of each run. */
export function readMatrix(storage: Storage, sweepId: number): RunMatrix {
  const cells = storage
    .prepare(
      `SELECT s.armIndex AS arm, a.name, s.seed, s.runId AS id, ${seenRunState(storage)} AS state
    FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId
    CROSS JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex
    WHERE s.sweepId = ? ORDER BY s.position`,
    )
    .all(sweepId) as { arm: number; name: string; seed: number; id: number; state: RunState }[];
  const rows = new Map<number, MatrixRow>();
  for (const { arm, name, id, state } of cells) {
    let row = rows.get(arm);
    if (row === undefined) rows.set(arm, (row = { arm, name, states: [], runs: [] }));
    row.states.push(state);
    row.runs.push(runName(id));
  }
  return {
    seeds: [...new Set(cells.map(({ seed }) => seed))],
    rows: [...rows.values()].sort((a, b) => a.arm - b.arm),
  };
}
