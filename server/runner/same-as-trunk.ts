import type { StageTask } from '../store/identify-runs.ts';
import { isDeadSoFar, largest, readStretch, stageBatch, type Stretch } from '../store/read-stretch.ts';
import type { Storage } from '../store/storage.ts';
import type { Arm } from '../sweep/arm.ts';
import { epsilonsOf } from './epsilons-of.ts';
import type { StageJob } from './stage-queue.ts';

/**
 * What a stage of the intra-class phase need not train, since the trunk has trained it already: batches in which no test L2 > ε
 * passes. There the truncated term and its gradient are 0, and whatever is added to or taken from the rest of the step is 0. The
 * trunk's own L2, measured in every batch, says how the tests come out: float32 against float32, as the step does it.
 *
 * @param arm of one of its runs
 * @param trunk the trunk's stages beside it, first to last
 * @returns the trunk's record from where the stage stands, as the stage's own; null where there is nothing to take
 */
export function sameAsTrunk(storage: Storage, { stage, runs }: Pick<StageJob, 'stage' | 'runs'>, arm: Arm, trunk: readonly StageTask[]): Stretch | null {
  const from = stageBatch(storage, stage.stageId);
  const beside = trunk.find((each) => each.from <= from && each.to > from && each.batch === each.to);
  if (!beside || !isDeadSoFar(storage, runs[0]!.runId)) return null;
  const epsilons = epsilonsOf(arm, stage);
  const most = largest(storage, beside.stageId, 'train/intraClass', from, beside.to);
  if (most === null || most > Math.fround(Math.min(...epsilons))) return null;
  // A gradient that is not finite is NaN even where it counts 0 times.
  if (largest(storage, beside.stageId, 'train/gradient/intraClass', from, beside.to) === null) return null;
  const stretch = readStretch(storage, beside.stageId, from);
  return stretch && { ...stretch, columns: asOwn(stretch.columns, arm.beta, epsilons) };
}

/** The trunk's curves as the phase records them: β in force, the truncated term beside L2, and per ε what may differ by it. */
function asOwn(columns: Stretch['columns'], beta: number, epsilons: number[]): Stretch['columns'] {
  const perEpsilon = epsilons.length > 1 ? epsilons : [null];
  return columns.flatMap((column) => {
    const constant = (value: number): number[] => Array.from(column.batches, () => value);
    if (column.metric === 'train/beta') return [{ ...column, values: constant(beta) }];
    if (column.metric === 'train/total') return perEpsilon.map((epsilon) => ({ ...column, epsilon }));
    if (column.metric === 'train/intraClass') return [column, ...perEpsilon.map((epsilon) => ({ ...column, metric: 'train/truncated', epsilon, values: constant(0) }))];
    return [column];
  });
}
