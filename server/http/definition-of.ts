import { resolve } from 'node:path';
import { DefinitionError } from '../sweep/problem.ts';
import { problemOfNesting } from '../sweep/problems/size-limits.ts';
import type { PlanRequest } from './schemas/plan.ts';

/** The definition as text, so that it is kept as it was written and problems have a line and a column. */
export function definitionOf({ definition, baseFolder }: PlanRequest): { text: string; folder: string } {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition, null, 2);
  return { text, folder: resolve(baseFolder ?? '.') };
}

/**
 * Refuses a body in which a value is nested too deep. It is asked before anything else is done with the body: whatever
 * hands it on, to a process or as text, calls itself for what is nested in it.
 */
export function refuseNesting(body: unknown): void {
  for (const value of Object.values(body ?? {})) {
    const problem = problemOfNesting(value);
    if (problem !== null) throw new DefinitionError('Cannot read the sweep definition (from the request)', [problem]);
  }
}
