import type { Arm } from '../sweep/arm.ts';
import type { ArtefactValue } from '../store/commit-segment.ts';
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

/** The settings that a run was trained with, without what only places it in a plan. */
export function configurationOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): object {
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
  const along = epsilonsOf(arm, stage).length > 1 ? stage.members.map(({ runId }) => runId) : [];
  const ends = new Set([...ending.map(({ runId }) => runId), ...along]);
  return [...new Set([...runs.map(({ runId }) => runId), ...along])].map((runId) => {
    if (outcome === 'diverged') return { runId, outcome: { state: 'diverged', batch, intraDead } };
    if (outcome === 'complete' && ends.has(runId)) return { runId, outcome: { state: 'complete', intraDead } };
    return { runId, outcome: { state: 'waiting' } };
  });
}
