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
 * Settles a stage by its trunk, as far as the trunk is trained by now. The stage takes the batches that both have in
 * common. Where the tests of its ε come out differently in the next batch, the ε are set apart.
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
 * The batches that a stage of the intra-class phase need not train, since the trunk has trained them already: those in
 * which no test L2 > ε passes. In them the truncated term and its gradient are 0, so that 0 is added to the rest of the
 * step. The trunk's own L2, measured in every batch, says how the tests come out: float32 against float32, as in the
 * step.
 *
 * @param arm of one of its runs
 * @param trunk the trunk's stages beside it, by their first batch
 * @returns the trunk's record from the stage's batch on, as the stage's own; null where there is nothing to take
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
    // Where it does not stay within, a shorter one of the stages that overlap may do.
    if (to <= at || !staysWithin(storage, part, Math.min(...epsilons))) continue;
    parts.push(part);
    at = to;
  }
  // Not all states on the way are kept: the stretch ends at the last one that is there.
  for (let count = parts.length; count > 0; count--) {
    const stretch = readStretch(storage, parts.slice(0, count));
    if (!stretch || !(await checkpoints.isThere(stretch.checkpoint))) continue;
    return { ...stretch, columns: asOwn(stretch.columns, arm.beta, epsilons) };
  }
  return null;
}

/**
 * The ε of a stage in two groups: those whose test L2 > ε passes in the next batch, as the trunk has measured it, and
 * those whose test does not. They need not be trained together to find that out.
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
 * Whether a run equals its trunk up to the stage's batch. The run's own stages before it have to be trained: a trunk
 * that another plan cut may be trained further than they are.
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
 * The trunk's curves as the intra-class phase records them: with β in force, with the truncated term beside L2, and
 * once per ε where a metric may differ by ε.
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
