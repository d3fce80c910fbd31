import { isBeforePhase } from '../../sweep/effective.ts';
import type { Arm } from '../../sweep/arm.ts';
import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';

/**
 * Every ε that a stage trains along: those of all its runs where the intra-class phase is in force in it, whichever
 * sweep asks for them; before the switch ε is nowhere in the graph.
 *
 * @param arm of one of its runs
 */
export function epsilonsOf(arm: Arm, { to, members }: Pick<StageTask, 'to' | 'members'>): number[] {
  if (isBeforePhase(arm, to)) return [arm.epsilon];
  return [...new Set(members.map(({ epsilon }) => epsilon!))].sort((a, b) => a - b);
}

/** How many ε the stage of a sweep carries that carries most. */
export function mostEpsilonsOf(arms: readonly Arm[], tasks: readonly Pick<RunTask, 'arm' | 'stages'>[]): number {
  const counts = tasks.flatMap(({ arm, stages }) => stages.map((stage) => epsilonsOf(arms[arm]!, stage).length));
  return counts.reduce((most, count) => Math.max(most, count), 1);
}

/**
 * For how many ε the step of a stage is compiled: for as many as any stage of the sweep carries, so that stages with
 * fewer need none of their own. Compiling takes as long as dozens of batches, and places that are left over cost next
 * to nothing unless they are more than half.
 *
 * @param count ε of the stage
 * @param most ε of the sweep's stage that carries most
 */
export function placesFor(count: number, most: number): number {
  return count > 1 && most <= 2 * count ? Math.max(count, most) : count;
}
