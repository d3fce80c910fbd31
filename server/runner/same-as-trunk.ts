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
  if (!trunk.some(isTrained)) return null;
  const from = stageBatch(storage, stage.stageId);
  if (!isDeadSoFar(storage, runs[0]!.runId)) return null;
  const epsilons = epsilonsOf(arm, stage);
  const same: number[] = [];
  let at = from;
  for (const each of trunk) {
    if (each.to <= at) continue;
    if (each.from > at || !isTrained(each) || !isDead(storage, each, at, Math.min(...epsilons))) break;
    same.push(each.stageId);
    at = each.to;
  }
  // Of states on the way not all are kept.
  for (let count = same.length; count > 0; count--) {
    const stretch = readStretch(storage, same.slice(0, count), from);
    if (stretch) return { ...stretch, columns: asOwn(stretch.columns, arm.beta, epsilons) };
  }
  return null;
}

function isTrained({ batch, to }: StageTask): boolean {
  return batch === to;
}

/** Whether no test passes from batch `from` to the end of a trunk's stage. A gradient that is not finite is NaN even where it counts 0 times. */
function isDead(storage: Storage, { stageId, to }: StageTask, from: number, epsilon: number): boolean {
  const mean = largest(storage, stageId, 'train/intraClass', from, to);
  return mean !== null && mean <= Math.fround(epsilon) && largest(storage, stageId, 'train/gradient/intraClass', from, to) !== null;
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
