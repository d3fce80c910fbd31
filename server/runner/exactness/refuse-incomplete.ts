import { ProgramBroken } from './program-broken.ts';
import type { Points, Trained } from './trained.ts';

/**
 * What every program has to tell of the batches [0, to), with evaluations at `fork` and `to`.
 *
 * @throws {ProgramBroken} where something is missing
 */
export function refuseIncomplete(
  { points, loaded }: Pick<Trained, 'points' | 'loaded'>,
  { fork, to, metric }: { fork: number; to: number; metric: string },
): void {
  if (!loaded?.machine)
    throw new ProgramBroken(
      'it said no hello, wanted {"hello": {"versions": {…}, "device": "…"}} as its first line: ' +
        'what runs are computed on is stored with them',
    );
  for (let batch = 0; batch < to; batch++)
    if (!points.get('train/total')?.has(batch))
      throw new ProgramBroken(`it reported no train/total for batch ${batch}, wanted one for each batch`);
  if (metric.startsWith('train/')) return;
  for (const batch of [fork, to])
    if (!isEvaluatedAt(points, batch))
      throw new ProgramBroken(
        `it reported no evaluation at batch ${batch}, wanted val/… or test/… after every ${fork} batches ` +
          '("evalEvery" of its order)',
      );
}

function isEvaluatedAt(points: Points, batch: number): boolean {
  return [...points].some(([metric, known]) => !metric.startsWith('train/') && known.has(batch));
}
