import type { Plan } from './plan.ts';
import { smallestP } from './smallest-p.ts';

/** A plan as it is stored, beside its arms and runs. */
export type PlanRest = Omit<Plan, 'arms' | 'runs' | 'engine'>;

/**
 * The plan of a whole sweep from that of one of its parts, which has the same arms on other seeds. Nothing that the
 * definition names has to be at hand for it.
 *
 * @param seeds of the whole sweep
 * @param rows arms that have a control
 */
export function wholePlan(
  part: PlanRest,
  { seeds, planHash, rows }: { seeds: readonly number[]; planHash: string; rows: number },
): PlanRest {
  const ofAll = (count: number): number => Math.round((count / part.seeds.length) * seeds.length);
  return {
    ...part,
    planHash,
    seeds: [...seeds],
    batches: ofAll(part.batches),
    batchesUnshared: ofAll(part.batchesUnshared),
    stages: ofAll(part.stages),
    smallestP: smallestP(seeds.length, rows),
  };
}
