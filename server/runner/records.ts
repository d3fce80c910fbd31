import type { Arm } from '../sweep/arm.ts';
import type { ArtefactValue } from '../store/commit-segment.ts';
import type { StageMember, StageTask } from '../store/identify-runs.ts';
import type { RunOutcome } from '../store/run-state.ts';
import type { Evaluation } from '../training/evaluate.ts';
import type { FitResult } from '../training/fit.ts';
import { epsilonsOf } from './epsilons-of.ts';
import type { StageJob } from './stage-queue.ts';

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

/** The runs that a stage is trained for, with the settings of each. Runs of other sweeps are trained along where they differ in ε alone. */
export function startsOf({ stage, runs }: StageJob, arms: readonly Arm[]): { runId: number; configuration: object }[] {
  const arm = arms[runs[0]!.arm]!;
  const own = new Map(runs.map((run) => [run.runId, configurationOf(arms[run.arm]!)]));
  const others = along(stage, arm).filter(({ runId }) => !own.has(runId));
  return [...[...own].map(([runId, configuration]) => ({ runId, configuration })), ...others.map(({ runId, epsilon }) => ({ runId, configuration: { ...configurationOf(arm), epsilon } }))];
}

/** The runs of a stage that are one computation for several ε, whichever sweep asks for them. */
function along(stage: StageTask, arm: Arm): StageMember[] {
  return epsilonsOf(arm, stage).length > 1 ? stage.members : [];
}

/** The settings that a run was trained with, without what only places it in a plan. */
function configurationOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): object {
  return { alpha, beta, gamma, epsilon, N, loss, training };
}

/**
 * What the end of a stage means for its runs: it ends some, others wait for their next stage; where it diverged, all have. Runs
 * of other sweeps that are trained along because they differ in ε alone end with it too.
 *
 * @param arm of one of the runs
 */
export function outcomesOf({ stage, runs, ending, restores }: StageJob, arm: Arm, { outcome, batch, intraDead }: FitResult): { runId: number; outcome: RunOutcome }[] {
  if (restores) return runs.map(({ runId }) => ({ runId, outcome: { state: 'waiting' } }));
  const others = along(stage, arm).map(({ runId }) => runId);
  const ends = new Set([...ending.map(({ runId }) => runId), ...others]);
  return [...new Set([...runs.map(({ runId }) => runId), ...others])].map((runId) => {
    if (outcome === 'diverged') return { runId, outcome: { state: 'diverged', batch, intraDead } };
    if (outcome === 'complete' && ends.has(runId)) return { runId, outcome: { state: 'complete', intraDead } };
    return { runId, outcome: { state: 'waiting' } };
  });
}
