import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';
import { runsByArm } from './runs-by-arm.ts';

/** A run with the intra-class phase and the run without it: the same everything else, the same seed. */
export interface Pair {
  arm: Arm;
  control: Arm;
  seed: number;
  run: RunResult;
  controlRun: RunResult;
}

/** Every pair of the sweep whose two runs have begun, by arm and seed. */
export function listPairs(results: SweepResults): Pair[] {
  const runs = runsByArm(results).map((own) => new Map(own.map((run) => [run.seed, run])));
  return results.arms.flatMap((arm) => {
    if (arm.controlIndex === null || !hasIntraPhase(arm)) return [];
    const control = results.arms[arm.controlIndex]!;
    return results.seeds.flatMap((seed) => {
      const run = runs[arm.index]!.get(seed);
      const controlRun = runs[control.index]!.get(seed);
      return run && controlRun && hasBegun(run) && hasBegun(controlRun)
        ? [{ arm, control, seed, run, controlRun }]
        : [];
    });
  });
}

function hasBegun({ state }: RunResult): boolean {
  return state !== 'waiting';
}
