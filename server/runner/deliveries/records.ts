import type { Arm } from '../../sweep/arm.ts';
import type { ArtefactValue, StageEnd } from '../../store/training/commit-segment.ts';
import type { StageMember, StageTask } from '../../store/training/identify-runs.ts';
import type { TrainedWith } from '../../store/training/run-state.ts';
import type { Evaluation } from '../../training/evaluate.ts';
import type { FitResult } from '../../training/fit-task.ts';
import { epsilonsOf } from '../order/epsilons-of.ts';
import type { StageJob } from '../order/stage-queue.ts';

// How what training gives becomes what the store keeps.

/** What evaluations give beside numbers. The validation part's go by their bare names. */
export function artefactsOf(evaluations: Evaluation[]): ArtefactValue[] {
  return evaluations.flatMap(({ batch, part, confusion, projection }) => {
    const prefix = part === 'val' ? '' : `${part}/`;
    return [
      { batch, name: `${prefix}confusion`, value: confusion },
      { batch, name: `${prefix}projection`, value: projection },
    ];
  });
}

/** What a stage is trained with, whichever of its runs asks. */
export type StageRecord = Omit<TrainedWith, 'configuration'>;

/** What each run of a stage is trained with, by run; those of other sweeps that are trained along differ in ε alone. */
export function recordsOf(
  { stage, runs }: StageJob,
  arms: readonly Arm[],
  record: StageRecord,
): Map<number, TrainedWith> {
  const arm = arms[runs[0]!.arm]!;
  return new Map([
    ...along(stage, arm).map(
      ({ runId, epsilon }) => [runId, { ...record, configuration: { ...configurationOf(arm), epsilon } }] as const,
    ),
    ...runs.map((run) => [run.runId, { ...record, configuration: configurationOf(arms[run.arm]!) }] as const),
  ]);
}

/** The runs of a stage that are one computation for several ε, whichever sweep asks for them. */
function along(stage: StageTask, arm: Arm): readonly StageMember[] {
  return epsilonsOf(arm, stage).length > 1 ? stage.members : [];
}

/** The settings that a run was trained with, without what only places it in a plan. */
function configurationOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): object {
  return { alpha, beta, gamma, epsilon, N, loss, training };
}

/**
 * What the end of a stage means for its runs: it ends some, others wait for their next stage; where it diverged, all
 * have. Runs of other sweeps that are trained along because they differ in ε alone end with it too, and are what they
 * were where it does not end.
 *
 * @param arm of one of the runs
 */
export function outcomesOf(
  { stage, runs, ending, restores }: StageJob,
  arm: Arm,
  { outcome, batch, intraDead }: FitResult,
): StageEnd[] {
  const own = runs.map(({ runId }) => runId);
  const waiting = (runId: number): StageEnd => ({ runId, outcome: { state: 'waiting' } });
  if (restores || (outcome !== 'complete' && outcome !== 'diverged')) return own.map(waiting);
  const others = along(stage, arm).map(({ runId }) => runId);
  const all = [...new Set([...own, ...others])];
  if (outcome === 'diverged') return all.map((runId) => ({ runId, outcome: { state: 'diverged', batch, intraDead } }));
  const ends = new Set([...ending.map(({ runId }) => runId), ...others]);
  return all.map((runId) => (ends.has(runId) ? { runId, outcome: { state: 'complete', intraDead } } : waiting(runId)));
}
