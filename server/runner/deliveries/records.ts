import type { Arm } from '../../sweep/arm.ts';
import { packAxis } from '../../store/database/packed-axis.ts';
import { packLabels } from '../../store/database/packed-labels.ts';
import type { ArtefactValue, StageEnd } from '../../store/training/commit-segment.ts';
import type { StageMember, StageTask } from '../../store/training/identify-runs.ts';
import type { TrainedWith } from '../../store/training/run-state.ts';
import type { Evaluation } from '../../training/evaluate.ts';
import type { FitResult } from '../../training/fit-task.ts';
import type { ConfusedImages } from '../../training/measures/confused-images.ts';
import type { Projection } from '../../training/measures/projection.ts';
import { epsilonsOf } from '../order/epsilons-of.ts';
import type { StageJob } from '../order/stage-queue.ts';

// Turns the results of training into the records of the store.

/** What evaluations give beside numbers. What is of the validation part goes by its bare name. */
export function artefactsOf(evaluations: Evaluation[]): ArtefactValue[] {
  return evaluations.flatMap(({ batch, part, confusion, projection, confused }) => {
    const prefix = part === 'val' ? '' : `${part}/`;
    return [
      { batch, name: `${prefix}confusion`, value: confusion },
      ...(projection ? [{ batch, name: `${prefix}projection`, value: packProjection(projection) }] : []),
      ...(confused ? [{ batch, name: `${prefix}confused`, ...withPictures(confused) }] : []),
    ];
  });
}

function packProjection({ x, y, labels }: Projection): object {
  return { x: packAxis(x), y: packAxis(y), labels: packLabels(labels) };
}

/** JSON has no bytes: in place of its pixels an image has their place among the pictures. */
function withPictures({ shape, pairs }: ConfusedImages): Pick<ArtefactValue, 'value' | 'pictures'> {
  const pictures: Uint8Array[] = [];
  const value = {
    shape,
    pairs: pairs.map(({ images, ...pair }) => ({
      ...pair,
      images: images.map(({ index, pixels }) => ({ index, picture: pictures.push(pixels) - 1 })),
    })),
  };
  return { value, pictures };
}

/** The machine and the data that a stage is trained with; it is the same for all of its runs. */
export type StageRecord = Omit<TrainedWith, 'configuration'>;

/** By run of a stage: what it is trained with. Runs of other sweeps that are trained along differ in ε alone. */
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

/** The runs of a stage that trains several ε as one computation, whichever sweep asks for them; else none. */
function along(stage: StageTask, arm: Arm): readonly StageMember[] {
  return epsilonsOf(arm, stage).length > 1 ? stage.members : [];
}

/** The settings that a run was trained with, without its place in a plan. */
function configurationOf({ alpha, beta, gamma, epsilon, N, loss, training }: Arm): object {
  return { alpha, beta, gamma, epsilon, N, loss, training };
}

/**
 * What the end of a stage means for its runs: some end with it, the others wait for their next stage. Where the stage
 * diverged, all of its runs have. Runs of other sweeps are trained along because they differ in ε alone: they end with
 * the stage too, and stay as they were where it was stopped.
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
