import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';
import type { Arm } from '../../sweep/arm.ts';
import { isBeforePhase } from '../../sweep/effective.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { isProgram } from '../../sweep/settings.ts';
import { groupByTrunk } from '../../sweep/stage-tree.ts';

/**
 * The trunk's stages that lie beside a stage of the intra-class phase, in order of their first batch. They may overlap,
 * since several plans may have cut the trunk at different batches.
 */
export type TrunkBeside = (run: RunTask, stage: StageTask) => StageTask[];

/** For sweeps in which nothing is shared. */
export const noTrunk: TrunkBeside = () => [];

/**
 * With `truncation: batch`, a run equals its trunk for as long as no test L2 > ε has passed: until then the truncated
 * term is 0, and so is its gradient. The batches that the trunk has trained beyond the switch batch may then be taken
 * from it. With a test for every sample or class the trunk does not tell how the tests come out.
 *
 * @param tasks all runs of a sweep
 */
export function trunkBeside(arms: readonly Arm[], tasks: readonly RunTask[]): TrunkBeside {
  const groups = new Map(groupByTrunk(arms).flatMap((group, number) => group.map(({ index }) => [index, number])));
  const keyOf = ({ arm, seed }: RunTask, { edition }: StageTask): string => `${groups.get(arm)} ${seed} ${edition}`;
  const all = tasks.flatMap((run) =>
    run.stages
      .filter(({ to }) => isBeforePhase(arms[run.arm]!, to))
      .map((stage) => ({ key: keyOf(run, stage), stage })),
  );
  const trunks = new Map(
    [...groupBy(all, ({ key }) => key)].map(([key, found]) => [
      key,
      [...new Set(found.map(({ stage }) => stage))].sort((a, b) => a.from - b.from || a.to - b.to),
    ]),
  );
  return (run, stage) => {
    const arm = arms[run.arm]!;
    if (isProgram(arm.training) || isBeforePhase(arm, stage.to) || arm.loss.truncation !== 'batch') return [];
    return trunks.get(keyOf(run, stage))?.filter(({ to }) => to > stage.from && to <= stage.to) ?? [];
  };
}
