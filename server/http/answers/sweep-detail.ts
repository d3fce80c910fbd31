import { varyingNames } from '../../report/curves/arm-params.ts';
import { readArmScores } from '../../store/reading/arm-scores.ts';
import { listConfirmations } from '../../store/reading/list-confirmations.ts';
import { listRuns } from '../../store/reading/list-runs.ts';
import { readMarks } from '../../store/reading/read-marks.ts';
import { readSweep, type SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { ArmItem } from '../schemas/arm.ts';
import type { BestArm, FailedRun, Progress, SweepDetail } from '../schemas/sweep.ts';
import { readConfirmed } from './confirmation.ts';
import { toArmItem, toMetricList, toSweepItem } from './list-items.ts';

const MOST_BEST = 10;
const MOST_FAILURES = 200;

/** One sweep as its page shows it; null where there is none. */
export async function readSweepDetail(storage: Storage, sweepId: number): Promise<SweepDetail | null> {
  const sweep = await readSweep(storage, sweepId);
  if (sweep === null) return null;
  const armList = sweep.armList.map(toArmItem);
  const metricList = toMetricList(sweep.metrics, sweep.plan.metrics);
  return {
    ...toSweepItem(sweep),
    planHash: sweep.planHash,
    seedList: sweep.plan.seeds,
    progress: toProgress(sweep),
    best: bestArms(storage, sweepId, armList),
    failures: readFailures(storage, sweepId),
    armList,
    armMarks: [...readMarks(storage, sweepId).arms].map(([arm, mark]) => ({ arm, mark })),
    varying: varyingParams(armList),
    metrics: metricList.map(({ name }) => name).filter((name) => sweep.metrics.includes(name)),
    metricList,
    definition: sweep.definition,
    baseFolder: sweep.folder,
    dropped: sweep.plan.dropped,
    folded: sweep.plan.folded,
    confirms: readConfirmed(storage, sweep),
    confirmations: listConfirmations(storage, sweepId),
  };
}

function toProgress({ batches, batchesTotal, counts, secondsLeft }: SweepRecord): Progress {
  const ended = counts.complete + counts.diverged + counts.failed;
  const runsTotal = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { batches, batchesTotal, runs: ended, runsTotal, secondsLeft };
}

function bestArms(storage: Storage, sweepId: number, arms: ArmItem[]): BestArm[] {
  return readArmScores(storage, sweepId)
    .slice(0, MOST_BEST)
    .map((score) => {
      const { name, control } = arms[score.arm]!;
      return { ...score, name, control };
    });
}

function readFailures(storage: Storage, sweepId: number): FailedRun[] {
  return listRuns(storage, sweepId, { states: ['failed', 'diverged'], limit: MOST_FAILURES }).items.map(
    ({ id, arm, armName, seed, state, error }) => ({
      run: id,
      arm,
      armName,
      seed,
      state: state as FailedRun['state'],
      reason: error,
    }),
  );
}

/** Parameters with more than one value among the points of the search. */
export function varyingParams(arms: readonly ArmItem[]): string[] {
  return varyingNames(arms.filter(({ ablation }) => ablation === null).map(({ params }) => params));
}
