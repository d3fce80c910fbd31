import type { ListedRun } from '../store/reading/list-runs.ts';

/**
 * When a batch of a run was trained, in milliseconds since 1970. Points have no time of their own, so the seconds that
 * the run trained are spread over its batches from its start on. Batches of a trunk that was trained earlier come after
 * the start in this way too, and no pause counts.
 *
 * @param otherwise the time of a run that has not started itself and has a trunk
 */
export function wallTimeOf(
  { startedAt, seconds, batch: trained }: Pick<ListedRun, 'startedAt' | 'seconds' | 'batch'>,
  otherwise: Date,
): (batch: number) => number {
  const start = (startedAt ?? otherwise).getTime();
  const perBatch = trained === 0 ? 0 : ((seconds ?? 0) * 1000) / trained;
  return (batch) => start + batch * perBatch;
}
