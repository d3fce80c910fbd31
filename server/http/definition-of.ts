import { resolve } from 'node:path';
import { DefinitionError } from '../sweep/problem.ts';
import { problemOfNesting } from '../sweep/problems/size-limits.ts';
import type { PlanRequest } from './schemas/plan.ts';

/** The definition as text, so that it is kept as it was written and problems have a line and a column. */
export function definitionOf({ definition, baseFolder }: PlanRequest): { text: string; folder: string } {
  return { text: typeof definition === 'string' ? definition : toText(definition), folder: resolve(baseFolder ?? '.') };
}

function toText(definition: object): string {
  const problem = problemOfNesting(definition);
  if (problem !== null) throw new DefinitionError('Cannot read the sweep definition (from the request)', [problem]);
  return JSON.stringify(definition, null, 2);
}
