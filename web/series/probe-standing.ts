import type { ProbeResponse, StageItem, SweepDetail } from '../../server/http/api.ts';
import { countBatches, type StageTotals } from './stage-tree.ts';

/** True while it stands at the top of the page what is not known yet, and why. */
export function isProbing({ probeSeeds, state }: Pick<SweepDetail, 'probeSeeds' | 'state'>): boolean {
  return probeSeeds !== null && (state === 'queued' || state === 'running');
}

type Probed = Pick<SweepDetail, 'probeSeeds' | 'seedList'>;

/** True where every trunk is at its end for every seed that was asked for. */
export function areTrunksTrained({ trunks }: Pick<ProbeResponse, 'trunks'>, sweep: Probed): boolean {
  return trunks.every(({ seeds }) => probedSeeds(sweep).every((seed) => seeds.includes(seed)));
}

/** What a probe trains, and how much of it is: the stages without the intra-class phase. */
export function countTrunkBatches(stages: readonly StageItem[], sweep: Probed): StageTotals {
  const wanted = new Set(probedSeeds(sweep));
  return countBatches(stages.filter(({ seed, params }) => wanted.has(seed) && params.N === null));
}

function probedSeeds({ probeSeeds, seedList }: Probed): number[] {
  return seedList.slice(0, probeSeeds ?? 0);
}
