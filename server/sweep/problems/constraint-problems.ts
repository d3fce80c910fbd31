import { parseConstraint } from '../space/parse-constraint.ts';
import type { Constraint } from '../space/constraint.ts';
import { type Problem, toPath } from '../problem.ts';
import { sampleValues } from './sample-values.ts';
import { isRange } from '../space/space.ts';
import { isLossParameter } from '../parameter-names.ts';
import type { WrittenParameter } from './written-parameter.ts';

/**
 * Reads all constraints: gives those that are right, and says what is wrong with the others.
 *
 * @param implied parameters that are there though the definition does not name them
 */
export function parseConstraints(
  written: unknown,
  parameters: readonly WrittenParameter[],
  implied: readonly string[] = ['gamma'],
): { constraints: Constraint[]; problems: Problem[] } {
  const constraints: Constraint[] = [];
  const problems: Problem[] = [];
  const numeric = [...implied, ...parameters.filter(isNumeric).map(({ name }) => name)];
  const declared = [...implied, ...parameters.map(({ name }) => name)];
  for (const [i, text] of (Array.isArray(written) ? written : []).entries()) {
    if (typeof text !== 'string' || text === '') continue;
    const parsed = parseConstraint(text, numeric, declared);
    if ('constraint' in parsed) constraints.push(parsed.constraint);
    else problems.push({ path: toPath(['constraints', i]), message: parsed.problem });
  }
  return { constraints, problems };
}

/**
 * Whether the values of a parameter are numbers. A parameter whose shape is wrong counts as if it were right, so that
 * one mistake is not reported twice.
 */
function isNumeric({ name, space }: WrittenParameter): boolean {
  return (
    isLossParameter(name) ||
    space === null ||
    isRange(space) ||
    sampleValues(space, 'grid').every(({ value }) => typeof value === 'number')
  );
}
