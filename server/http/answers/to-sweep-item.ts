import type { SweepRow } from '../../store/reading/list-sweeps.ts';
import type { SweepItem } from '../api.ts';
import { toIso } from './to-iso.ts';

export function toSweepItem(row: SweepRow): SweepItem {
  const {
    id,
    name,
    description,
    state,
    cancelling,
    metric,
    arms,
    seeds,
    counts,
    engine,
    batches,
    batchesTotal,
    probeSeeds,
    error,
  } = row;
  return {
    id,
    name,
    description,
    state,
    cancelling,
    metric,
    arms,
    seeds,
    counts,
    engine,
    batches,
    batchesTotal,
    probeSeeds,
    error,
    createdAt: row.createdAt.toISOString(),
    queuedAt: row.queuedAt.toISOString(),
    startedAt: toIso(row.startedAt),
    finishedAt: toIso(row.finishedAt),
  };
}
