import { toParams } from '../store/params.ts';
import type { Plan } from '../sweep/plan.ts';
import type { PlanResponse } from './api.ts';

/** A plan in numbers, as `cosweep plan --json` prints it; with every arm as the API and `--arms` give it. */
export function toPlanSummary(plan: Plan): Omit<PlanResponse, 'armList'> {
  const { name, planHash, dropped, folded, batches, batchesUnshared, stages, smallestP, notes } = plan;
  return { name, planHash, arms: plan.arms.length, runs: plan.runs.length, dropped, folded, batches, batchesUnshared, stages, smallestP, notes };
}

export function toPlanResponse(plan: Plan): PlanResponse {
  const armList = plan.arms.map((arm) => ({ index: arm.index, name: arm.name, ablation: arm.ablation, control: arm.control, ...toParams(arm) }));
  return { ...toPlanSummary(plan), armList };
}
