import { isBeforePhase } from '../sweep/effective.ts';
import type { Arm } from '../sweep/arm.ts';
import type { StageTask } from '../store/identify-runs.ts';

/**
 * Every ε that a stage trains along: those of all its runs where the intra-class phase is in force in it, whichever sweep asks
 * for them; before the switch ε is nowhere in the graph.
 *
 * @param arm of one of its runs
 */
export function epsilonsOf(arm: Arm, { to, members }: Pick<StageTask, 'to' | 'members'>): number[] {
  if (isBeforePhase(arm, to)) return [arm.epsilon];
  return [...new Set(members.map(({ epsilon }) => epsilon!))].sort((a, b) => a - b);
}

/**
 * For how many ε the step of a stage is compiled: for as many as any stage of the sweep carries, so that it serves all of them. Compiling
 * takes as long as dozens of batches, and places that are left over cost next to nothing unless they are many.
 *
 * @param count ε of the stage
 * @param most ε of the sweep's stage that carries most
 */
export function placesFor(count: number, most: number): number {
  return count > 1 && most <= 2 * count ? Math.max(count, most) : count;
}
