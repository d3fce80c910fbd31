import type { ParamValue } from './arm.ts';
import type { Plan } from './plan.ts';
import { shownParameters } from './shown-parameters.ts';

/** What `cosweep plan --json` and `POST /plan` give. */
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
  armList?: PlanJsonArm[];
}

/** With alpha, beta, gamma, epsilon, N (in batches) and every other swept key; null where it is not in force. */
export type PlanJsonArm = { index: number; name: string; ablation: string | null; control: boolean } & Record<string, ParamValue>;

/** @param options.arms with the list of arms */
export function planToJson(plan: Plan, options: { arms: boolean }): PlanJson {
  const { name, planHash, arms, runs, dropped, folded, batches, batchesUnshared, stages, smallestP } = plan;
  const summary = { name, planHash, arms: arms.length, runs: runs.length, dropped, folded, batches, batchesUnshared, stages, smallestP };
  if (!options.arms) return summary;
  return { ...summary, armList: arms.map((arm) => ({ index: arm.index, name: arm.name, ablation: arm.ablation, control: arm.control, ...shownParameters(arm) })) };
}
