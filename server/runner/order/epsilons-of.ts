import { isBeforePhase } from '../../sweep/effective.ts';
import type { Arm } from '../../sweep/arm.ts';
import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';

/**
 * Every ε that a stage trains along. Where the intra-class phase is in force, these are the ε of all its runs,
 * whichever sweep asks for them. Before the switch ε is nowhere in the graph.
 *
 * @param arm of one of its runs
 */
export function epsilonsOf(arm: Arm, { to, members }: Pick<StageTask, 'to' | 'members'>): number[] {
  if (isBeforePhase(arm, to)) return [arm.epsilon];
  return [...new Set(members.map(({ epsilon }) => epsilon!))].sort((a, b) => a - b);
}

/** The largest number of ε that a stage of the sweep carries. */
export function mostEpsilonsOf(arms: readonly Arm[], tasks: readonly Pick<RunTask, 'arm' | 'stages'>[]): number {
  const counts = tasks.flatMap(({ arm, stages }) => stages.map((stage) => epsilonsOf(arms[arm]!, stage).length));
  return counts.reduce((most, count) => Math.max(most, count), 1);
}

/**
 * For how many ε the step of a stage is compiled: for the largest number that any stage of the sweep carries, so that
 * stages with fewer ε need no step of their own. Compiling takes as long as dozens of batches. Places that are left
 * over cost next to nothing unless they are more than half.
 *
 * @param count ε of the stage
 * @param most the largest number of ε of any stage of the sweep
 */
export function placesFor(count: number, most: number): number {
  return count > 1 && most <= 2 * count ? Math.max(count, most) : count;
}
