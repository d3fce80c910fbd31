import type { Curve } from '../sweep/results.ts';

/**
 * Mean difference with − without over the evaluations in (N, end]: shows a faster rise that a threshold misses.
 * null where the two have no finite value at the same batch after N.
 */
export function meanAfterSwitch(withPhase: Curve, without: Curve, N: number): number | null {
  const other = new Map(without.batches.map((batch, i) => [batch, without.values[i]!]));
  let sum = 0;
  let count = 0;
  withPhase.batches.forEach((batch, i) => {
    const a = withPhase.values[i]!;
    const b = other.get(batch) ?? null;
    if (batch <= N || a === null || b === null) return;
    sum += a - b;
    count++;
  });
  return count === 0 ? null : sum / count;
}
