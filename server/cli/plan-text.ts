import { readDefinition } from '../sweep/definition/parse-definition.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { planDefinition } from './plan-definition.ts';

/**
 * Plans a definition that came through HTTP.
 *
 * @param folder the folder that relative paths start at
 */
export function planText(definition: string, folder: string): Promise<Plan> {
  return planDefinition(readDefinition(definition, '(from the dashboard)'), folder);
}
