import type { Assignment } from '../sweep/arm.ts';
import type { Problem } from '../sweep/problem.ts';
import type { SourceRun } from './source.ts';

/**
 * How long the longest run is, in batches. Where the results have no batches, the phase of every run with β is in force
 * whatever its N is.
 */
export function readLength(
  runs: readonly SourceRun[],
  assignments: readonly Assignment[],
): { batches: number; problems: Problem[] } {
  const last = lastBatch(runs);
  const switches = assignments.map(({ beta, N }) => (typeof beta === 'number' && beta > 0 ? Number(N ?? 0) : 0));
  const latest = switches.reduce((most, N) => Math.max(most, N), 0);
  if (last <= 1) return { batches: Math.max(1, latest + 1), problems: [] };
  const late = switches.flatMap((N, i) => (N > last ? [{ N, place: runs[i]!.place }] : []));
  const problems = late.map(({ N, place }) => ({
    path: place,
    message: `found N = ${N} and values up to batch ${last} alone, wanted N in the unit of the batches`,
  }));
  return { batches: last, problems };
}

function lastBatch(runs: readonly SourceRun[]): number {
  return runs.reduce(
    (last, { curves }) => [...curves.values()].reduce((most, { batches }) => Math.max(most, batches.at(-1) ?? 0), last),
    0,
  );
}
