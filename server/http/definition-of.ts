import { resolve } from 'node:path';
import type { PlanRequest } from './schemas/plan.ts';

/** The definition as text, so that it is kept as it was written and problems have a line and a column. */
export function definitionOf({ definition, baseFolder }: PlanRequest): { text: string; folder: string } {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition, null, 2);
  return { text, folder: resolve(baseFolder ?? '.') };
}
