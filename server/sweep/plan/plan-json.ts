import type { Plan } from './plan.ts';
import { type ShownParameters, shownParameters } from '../shown-parameters.ts';

/** A plan in numbers: what `cosweep plan --json` prints. */
export interface PlanJson {
  name: string;
  planHash: string;
  arms: number;
  runs: number;
  dropped: { constraint: string; count: number }[];
  folded: number;
  batches: number;
  batchesUnshared: number;
  stages: number;
  smallestP: { maxT: number; holm: number };
  notes: string[];
}

export type PlanJsonArm = { index: number; name: string; ablation: string | null; control: boolean } & ShownParameters;
export type PlanJsonWithArms = PlanJson & { armList: PlanJsonArm[] };

/** @param options.arms with the list of arms */
export function planToJson(plan: Plan, options: { arms: true }): PlanJsonWithArms;
export function planToJson(plan: Plan, options: { arms: boolean }): PlanJson | PlanJsonWithArms;
export function planToJson(plan: Plan, options: { arms: boolean }): PlanJson | PlanJsonWithArms {
  const { name, planHash, arms, runs, dropped, folded, batches, batchesUnshared, stages, smallestP, notes } = plan;
  const summary = {
    name,
    planHash,
    arms: arms.length,
    runs: runs.length,
    dropped,
    folded,
    batches,
    batchesUnshared,
    stages,
    smallestP,
    notes,
  };
  if (!options.arms) return summary;
  return {
    ...summary,
    armList: arms.map((arm) => ({
      index: arm.index,
      name: arm.name,
      ablation: arm.ablation,
      control: arm.control,
      ...shownParameters(arm),
    })),
  };
}
