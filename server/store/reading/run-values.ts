import type { OfMetric } from '../../sweep/filter/filter-words.ts';
import type { Storage } from '../database/storage.ts';
import { ownMetrics } from './own-metrics.ts';
import { bestColumn, LAST_VALUE, STAGES_OF_METRIC } from './run-metrics.ts';

/**
 * One number of a metric for every run of a sweep, by the position of the run; a run that has none is not there. What a
 * diverged run had before is no result. A difference is that to the control of the same seed, of runs that are both
 * complete.
 */
export function readRunValues(storage: Storage, sweepId: number, which: OfMetric, metric: string): Map<number, number> {
  if (which === 'delta') return readDeltas(storage, sweepId, metric);
  const column = bestColumn(metric, ownMetrics(storage, sweepId));
  if (which === 'best' && column === null) return new Map();
  const value = which === 'last' ? LAST_VALUE : `(SELECT ${column}(g.${column}) ${STAGES_OF_METRIC})`;
  return readNumbers(storage, sweepId, metric, value);
}

function readNumbers(storage: Storage, sweepId: number, metric: string, value: string): Map<number, number> {
  const rows = storage
    .prepare(
      `SELECT s.position, ${value} AS value FROM "SweepRun" s CROSS JOIN "Run" r ON r.id = s.runId
    WHERE s.sweepId = @sweepId AND r.state <> 'diverged'`,
    )
    .raw()
    .all({ sweepId, metric }) as [number, number | null][];
  return new Map(rows.filter((row): row is [number, number] => row[1] !== null));
}

function readDeltas(storage: Storage, sweepId: number, metric: string): Map<number, number> {
  const last = readNumbers(storage, sweepId, metric, LAST_VALUE);
  const pairs = storage
    .prepare(
      `SELECT s.position, c.position FROM "SweepRun" s
    CROSS JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex
    CROSS JOIN "SweepRun" c ON c.sweepId = s.sweepId AND c.armIndex = a.controlIndex AND c.seed = s.seed
    CROSS JOIN "Run" r ON r.id = s.runId CROSS JOIN "Run" k ON k.id = c.runId
    WHERE s.sweepId = ? AND s.position <> c.position AND r.state = 'complete' AND k.state = 'complete'`,
    )
    .raw()
    .all(sweepId) as [number, number][];
  const deltas = new Map<number, number>();
  for (const [run, control] of pairs) {
    const [value, without] = [last.get(run), last.get(control)];
    if (value !== undefined && without !== undefined) deltas.set(run, value - without);
  }
  return deltas;
}
