import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import type { Storage } from '../store/database/storage.ts';
import { readDefinition } from '../sweep/definition/parse-definition.ts';
import { differenceOfPlans } from '../sweep/plan/plan-difference.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { DefinitionError } from '../sweep/problem.ts';
import { UserError } from '../sweep/user-error.ts';
import { planDefinition, type PlanOptions } from './plan-definition.ts';

/**
 * Says in a sentence what a new plan of a stored sweep would do differently. A sweep keeps the plan that it was stored
 * with, though this version may plan its definition in another way, or the data may have another size by now.
 */
export async function tellNewPlan(storage: Storage, sweepId: number, say: (text: string) => void): Promise<void> {
  const sweep = await readSweep(storage, sweepId);
  if (!sweep) return;
  const difference = await differenceOf(sweep);
  if (difference === null) return;
  const keeps = 'keeps the plan that it was stored with (--fresh or a new name makes a new one)';
  say(`${sweep.id} ${sweep.name} ${keeps}: ${difference}`);
}

async function differenceOf(sweep: SweepRecord): Promise<string | null> {
  try {
    const made = await planStored(sweep);
    if (made.planHash === sweep.planHash) return null;
    return differenceOfPlans({ arms: sweep.armList, seeds: sweep.plan.seeds }, made);
  } catch (error) {
    if (error instanceof DefinitionError) return `a new one is refused, ${error.message.split('\n')[0]}`;
    // Data that is missing is told when it is read.
    if (error instanceof UserError) return null;
    throw error;
  }
}

/**
 * Plans the definition of a stored sweep as a new one.
 *
 * @param options with the folder in which a copy of its program is kept, where the plan is to be stored
 */
export function planStored(
  { definition, id, folder }: Pick<SweepRecord, 'definition' | 'id' | 'folder'>,
  options: PlanOptions = {},
): Promise<Plan> {
  return planDefinition(readDefinition(definition, `of ${id}`), folder, options);
}
