import type { Assignment } from '../sweep/arm.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import { MAX_ENTRIES, MAX_INCLUDED, MAX_TEXT_VALUE } from '../sweep/problems/size-limits.ts';

/** Of the entries of a definition, those that are left for the values of its arms. */
const MAX_VALUES = MAX_ENTRIES - 10_000;

/** Results that are more than a definition can say. */
export function problemsOfSize(assignments: readonly Assignment[]): Problem[] {
  const names = Object.keys(assignments[0]!);
  const varied = names.filter((name) => assignments.some((each) => each[name] !== assignments[0]![name]));
  const arms = new Set(assignments.map((each) => JSON.stringify(varied.map((name) => each[name])))).size;
  const problems = names.flatMap((name) => {
    const long = assignments.map((each) => each[name]).find((value) => String(value).length > MAX_TEXT_VALUE);
    if (long === undefined) return [];
    const short = name.replace(/^training\./, '');
    return [
      { path: name, message: `found ${toFound(long)}, wanted at most ${MAX_TEXT_VALUE} characters: --ignore ${short}` },
    ];
  });
  if (arms > MAX_INCLUDED) problems.push({ path: '', message: `found ${arms} arms, wanted at most ${MAX_INCLUDED}` });
  else if (arms * varied.length > MAX_VALUES)
    problems.push({
      path: '',
      message:
        `found ${arms} arms of ${varied.length} parameters, wanted at most ${MAX_VALUES} values in all: ` +
        '--ignore leaves parameters out',
    });
  return problems;
}
