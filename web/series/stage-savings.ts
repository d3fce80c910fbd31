import type { StageRow } from '../../server/http/schemas/stage.ts';
import { sharesEpsilon } from './stage-tree.ts';

/** How much is trained once for several runs, and how much that saves against training every run on its own. */
export interface Savings {
  /** Stages of several runs, and of one. */
  shared: number;
  single: number;
  /**
   * Batches saved before the phase; in the phase, while ε has not separated the runs; and in the phase, while no test
   * of the truncation has passed.
   */
  trunkBatches: number;
  epsilonBatches: number;
  takenBatches: number;
  /** Seconds that are saved by now. */
  seconds: number;
}

export function countSavings(stages: readonly StageRow[]): Savings {
  const shared = stages.filter(({ runs }) => runs.length > 1);
  const saved = (some: readonly StageRow[]): number =>
    some.reduce((sum, { from, to, runs }) => sum + (to - from) * (runs.length - 1), 0);
  return {
    shared: shared.length,
    single: stages.length - shared.length,
    trunkBatches: saved(shared.filter((stage) => !sharesEpsilon(stage))),
    epsilonBatches: saved(shared.filter(sharesEpsilon)),
    takenBatches: stages.reduce((sum, { taken }) => sum + taken, 0),
    seconds: stages.reduce(
      (sum, { seconds, takenSeconds, runs }) => sum + (seconds ?? 0) * (runs.length - 1) + takenSeconds * runs.length,
      0,
    ),
  };
}
