import type { Assignment, ParamValue } from '../sweep/arm.ts';
import { shortName, toParameterName } from '../sweep/parameter-names.ts';
import { type Problem, toFound } from '../sweep/problem.ts';
import { toSuggestion } from '../sweep/suggest.ts';

/**
 * Reads what controls have: `dropout == 0 and lr == 0.1`. A setting may be named without `training.`
 *
 * @returns null where the arms without the intra-class phase are the controls
 */
export function readControl(
  text: string | null,
  assignments: readonly Assignment[],
): { control: Assignment | null; problems: Problem[] } {
  if (text === null) return { control: null, problems: [] };
  const names = Object.keys(assignments[0] ?? {});
  const suggestion = (written: string) => toSuggestion(written, [...names, ...names.map(shortName)]);
  const control: Assignment = {};
  const problems: Problem[] = [];
  for (const part of text.split(/\s+and\s+|&&/)) {
    const match = /^\s*(.+?)\s*={1,2}\s*(.+?)\s*$/.exec(part);
    const found = match === null ? 'nothing' : findName(match[1]!, names);
    if (match === null) {
      problems.push(mistake(`found ${toFound(part.trim())}, wanted NAME == VALUE, several with "and" between`));
    } else if (!names.includes(found)) {
      problems.push(mistake(`found ${toFound(match[1])}, wanted a parameter${suggestion(match[1]!)}`));
    } else {
      const values = [...new Set(assignments.map((assignment) => assignment[found]!))];
      const value = values.find((each) => isWritten(each, match[2]!));
      if (value === undefined)
        problems.push(mistake(`found ${found} = ${match[2]}, wanted a value that a run has: ${listed(values)}`));
      else control[found] = value;
    }
  }
  const isPhase = Object.keys(control).length === 1 && control['beta'] === 0;
  return { control: isPhase || problems.length > 0 ? null : control, problems };
}

function findName(written: string, names: readonly string[]): string {
  const name = toParameterName(written);
  return names.includes(name) ? name : (names.find((known) => known === `training.${name}`) ?? name);
}

function isWritten(value: ParamValue, written: string): boolean {
  const text = written.replace(/^(["'])(.*)\1$/, '$2');
  return typeof value === 'number' ? Number(text) === value : String(value) === text;
}

const MOST_LISTED = 10;

function listed(values: readonly ParamValue[]): string {
  return values.slice(0, MOST_LISTED).map(toFound).join(', ') + (values.length > MOST_LISTED ? ', …' : '');
}

const mistake = (message: string): Problem => ({ path: '--control', message });
