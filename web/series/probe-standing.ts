import type { StageRow } from '../../server/http/schemas/stage.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { countBatches, layoutStageTree, type StageTotals } from './stage-tree.ts';

type Probed = Pick<SweepDetail, 'probeSeeds' | 'seedList'>;

/** True while a probe waits or trains; the top of its page then says what is not known yet, and why. */
export function isProbing({ probeSeeds, state }: Pick<SweepDetail, 'probeSeeds' | 'state'>): boolean {
  return probeSeeds !== null && (state === 'queued' || state === 'running');
}

/** True where a probe has no stage left to train. A trunk that diverged or failed is not tried again. */
export function areTrunksTrained(stages: readonly StageRow[], sweep: Probed): boolean {
  const bars = layoutStageTree(trunkStages(stages, sweep)).flatMap(({ lanes }) => lanes.flat());
  return (
    bars.length > 0 &&
    bars.every(
      ({ state }) => state === 'complete' || state === 'diverged' || state === 'failed' || state === 'unreached',
    )
  );
}

export function countTrunkBatches(stages: readonly StageRow[], sweep: Probed): StageTotals {
  return countBatches(trunkStages(stages, sweep));
}

/** The stages that a probe trains: those without the intra-class phase, of the first seeds of the sweep. */
function trunkStages(stages: readonly StageRow[], { probeSeeds, seedList }: Probed): StageRow[] {
  const wanted = new Set(seedList.slice(0, probeSeeds ?? 0));
  return stages.filter(({ seed, params }) => wanted.has(seed) && params.N === null);
}
