import type { RunTask, StageTask } from '../store/identify-runs.ts';
import type { Arm } from '../sweep/arm.ts';
import { hasIntraPhase } from '../sweep/effective.ts';
import { groupBy } from '../sweep/group-by.ts';
import { groupByTrunk } from '../sweep/stage-tree.ts';

/** The stages of the trunk beside a stage of the intra-class phase: those that end in it, first to last. */
export type TrunkAhead = (run: RunTask, stage: StageTask) => StageTask[];

/** Where nothing is shared. */
export const noTrunk: TrunkAhead = () => [];

/**
 * With `truncation: batch` a run is its trunk carried on for as long as no test L2 > ε has passed: the truncated term is 0, and so is
 * its gradient. What the trunk has trained beyond the switch batch may then be taken over. With a test for every sample or class the
 * trunk does not tell how they come out.
 *
 * @param tasks all runs of a sweep
 */
export function trunkAhead(arms: readonly Arm[], tasks: readonly RunTask[]): TrunkAhead {
  const groups = new Map(groupByTrunk(arms).flatMap((group, number) => group.map(({ index }) => [index, number])));
  const keyOf = ({ arm, seed }: RunTask): string => `${groups.get(arm)} ${seed}`;
  const trunks = new Map<string, StageTask[]>();
  for (const [key, runs] of groupBy(tasks, keyOf)) {
    const stages = runs.flatMap((run) => run.stages.filter((stage) => isTrunk(arms[run.arm]!, stage)));
    trunks.set(key, [...new Set(stages)].sort((a, b) => a.from - b.from));
  }
  return (run, stage) => {
    const arm = arms[run.arm]!;
    if (isTrunk(arm, stage) || arm.loss.truncation !== 'batch') return [];
    return trunks.get(keyOf(run))!.filter(({ to }) => to > stage.from && to <= stage.to);
  };
}

function isTrunk(arm: Arm, { to }: StageTask): boolean {
  return !hasIntraPhase(arm) || to <= arm.N;
}
