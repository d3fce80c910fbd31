import type { Assignment } from '../sweep/arm.ts';
import { type Problem, toFound } from '../sweep/problem.ts';

/** What a definition may hold. */
const MAX_ARMS = 10_000;
const MAX_ENTRIES = 140_000;
const MAX_TEXT = 500;

/** Results that are more than a definition can say. */
export function problemsOfSize(assignments: readonly Assignment[]): Problem[] {
  const names = Object.keys(assignments[0]!);
  const varied = names.filter((name) => assignments.some((each) => each[name] !== assignments[0]![name]));
  const arms = new Set(assignments.map((each) => JSON.stringify(varied.map((name) => each[name])))).size;
  const problems = names.flatMap((name) => {
    const long = assignments.map((each) => each[name]).find((value) => String(value).length > MAX_TEXT);
    if (long === undefined) return [];
    const short = name.replace(/^training\./, '');
    return [
      { path: name, message: `found ${toFound(long)}, wanted at most ${MAX_TEXT} characters: --ignore ${short}` },
    ];
  });
  if (arms > MAX_ARMS) problems.push({ path: '', message: `found ${arms} arms, wanted at most ${MAX_ARMS}` });
  else if (arms * varied.length > MAX_ENTRIES)
    problems.push({
      path: '',
      message:
        `found ${arms} arms of ${varied.length} parameters, wanted at most ${MAX_ENTRIES} values in all: ` +
        '--ignore leaves parameters out',
    });
  return problems;
}
