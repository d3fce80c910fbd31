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
