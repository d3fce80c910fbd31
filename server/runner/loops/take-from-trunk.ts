import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';
import { readStretch, type Stretch, type StretchPart } from '../../store/training/read-stretch.ts';
import type { Storage } from '../../store/database/storage.ts';
import { hasStayedWithin, staysWithin } from '../../store/training/stays-within.ts';
import type { Arm } from '../../sweep/arm.ts';
import type { Deliveries } from '../deliveries/deliveries.ts';
import { epsilonsOf } from '../order/epsilons-of.ts';
import type { RecentCheckpoints } from '../checkpoints/recent-checkpoints.ts';
import type { StageJob } from '../order/stage-queue.ts';
import type { SweepWork } from '../sweep-work.ts';
import type { TrunkBeside } from '../order/trunk-beside.ts';

/** What settling needs of deliveries. */
export type TakingDeliveries = Pick<Deliveries, 'stored' | 'take' | 'split'> & {
  checkpoints: Pick<RecentCheckpoints, 'isThere'>;
};

/**
 * Settles of a stage what its trunk tells of it, as far as that is trained by now: takes what they have in common, and
 * sets the stage's ε apart where their tests come out differently in the batch that comes next.
 *
 * @param worker its index
 * @returns true where nothing is left to train for the job
 */
export async function settleByTrunk(
  { storage, arms }: Pick<SweepWork, 'storage' | 'arms'>,
  deliveries: TakingDeliveries,
  beside: TrunkBeside,
  job: StageJob,
  worker: number,
): Promise<boolean> {
  const [first] = job.runs as [RunTask, ...RunTask[]];
  const trunk = job.restores ? [] : beside(first, job.stage);
  if (trunk.length === 0) return false;
  await deliveries.stored([...first.stages, ...trunk]);
  const arm = arms[first.arm]!;
  const stretch = await sameAsTrunk(storage, deliveries.checkpoints, job, arm, trunk);
  if (stretch) await deliveries.take(job, stretch, worker);
  if (stretch?.to === job.stage.to) return true;
  const groups = apartNext(storage, job, arm, trunk);
  if (groups) await deliveries.split(job, groups);
  return groups !== null;
}

/**
 * What a stage of the intra-class phase need not train, since the trunk has trained it already: batches in which no
 * test L2 > ε passes. There the truncated term and its gradient are 0, and what is added to the rest of the step is 0.
 * The trunk's own L2, measured in every batch, says how the tests come out: float32 against float32, as the step does
 * it.
 *
 * @param arm of one of its runs
 * @param trunk the trunk's stages beside it, by their first batch
 * @returns the trunk's record from where the stage stands, as the stage's own; null where there is nothing to take
 */
export async function sameAsTrunk(
  storage: Storage,
  checkpoints: Pick<RecentCheckpoints, 'isThere'>,
  { stage, runs }: Pick<StageJob, 'stage' | 'runs'>,
  arm: Arm,
  trunk: readonly StageTask[],
): Promise<Stretch | null> {
  const trained = trunk.filter(isTrained);
  if (trained.length === 0 || !isItsTrunk(storage, stage, runs[0]!)) return null;
  const epsilons = epsilonsOf(arm, stage);
  const parts: StretchPart[] = [];
  let at = stage.batch;
  for (const { stageId, from, to } of trained) {
    if (from > at) break;
    const part = { stageId, from: at, to };
    if (to <= at || !staysWithin(storage, part, Math.min(...epsilons))) continue; // of those that overlap a shorter one may do
    parts.push(part);
    at = to;
  }
  // Of the states on the way not all are kept.
  for (let count = parts.length; count > 0; count--) {
    const stretch = readStretch(storage, parts.slice(0, count));
    if (!stretch || !(await checkpoints.isThere(stretch.checkpoint))) continue;
    return { ...stretch, columns: asOwn(stretch.columns, arm.beta, epsilons) };
  }
  return null;
}

/**
 * The ε of a stage whose test L2 > ε passes in its next batch, as the trunk has measured it, and those whose test does
 * not: they need not be trained together to find that out.
 *
 * @returns null where the trunk has not come to that batch, or all tests come out the same
 */
export function apartNext(
  storage: Storage,
  { stage, runs }: Pick<StageJob, 'stage' | 'runs'>,
  arm: Arm,
  trunk: readonly StageTask[],
): number[][] | null {
  const epsilons = epsilonsOf(arm, stage);
  const beside = trunk.find(({ from, batch }) => from <= stage.batch && stage.batch < batch);
  if (epsilons.length === 1 || !beside || !isItsTrunk(storage, stage, runs[0]!)) return null;
  const next = { stageId: beside.stageId, from: stage.batch, to: stage.batch + 1 };
  const within = epsilons.filter((epsilon) => staysWithin(storage, next, epsilon));
  const beyond = epsilons.filter((epsilon) => !within.includes(epsilon));
  return within.length > 0 && beyond.length > 0 ? [beyond, within] : null;
}

/**
 * Whether a run is its trunk up to where the stage stands. What leads to the stage has to be there: a trunk that
 * another plan cut may be trained further than this run's own.
 */
function isItsTrunk(storage: Storage, stage: StageTask, { runId, stages }: RunTask): boolean {
  return (
    stages
      .slice(
        0,
        stages.findIndex(({ stageId }) => stageId === stage.stageId),
      )
      .every(isTrained) && hasStayedWithin(storage, runId)
  );
}

function isTrained({ batch, to }: StageTask): boolean {
  return batch === to;
}

/**
 * The trunk's curves as the phase records them: β in force, the truncated term beside L2, and per ε what may differ by
 * it.
 */
function asOwn(columns: Stretch['columns'], beta: number, epsilons: number[]): Stretch['columns'] {
  const perEpsilon = epsilons.length > 1 ? epsilons : [null];
  return columns.flatMap((column) => {
    const constant = (value: number): number[] => Array.from(column.batches, () => value);
    if (column.metric === 'train/beta') return [{ ...column, values: constant(beta) }];
    if (column.metric === 'train/total') return perEpsilon.map((epsilon) => ({ ...column, epsilon }));
    if (column.metric === 'train/intraClass')
      return [
        column,
        ...perEpsilon.map((epsilon) => ({ ...column, metric: 'train/truncated', epsilon, values: constant(0) })),
      ];
    return [column];
  });
}
