import type { ParamValue } from '../arm.ts';
import type { NUnit } from '../space/definition.ts';
import { isLossParameter } from '../parameter-names.ts';
import { problemsOf, UNKNOWN_KEY } from '../schema/issues.ts';
import { PROGRAM_KEYS, programTrainingSchema } from '../schema/program-schema.ts';
import { toSuggestion } from '../suggest.ts';
import { type Judge, makeJudge } from './judge.ts';
import type { Sections } from './settings-assignment.ts';
import { isObject } from './written-parameter.ts';

/**
 * Says what is wrong with a value of a program's parameter. The program's own keys may have any single value; which
 * keys it has is seen by what `training` holds.
 *
 * @param sections settings as written, without any that is only swept
 */
export function makeProgramJudge(sections: Sections, unit: NUnit): Judge {
  const judgeOthers = makeJudge(sections, unit);
  const known = dottedNames(sections.training, 'training');
  return (name, value) => {
    if (isLossParameter(name) || name.startsWith('loss.')) return judgeOthers(name, value);
    const key = name.split('.')[1]!;
    if (key === 'program')
      return wrong(`${UNKNOWN_KEY}, wanted a key of training beside program: all arms have one program`);
    if (PROGRAM_KEYS.includes(key)) return judgeLength(key, value);
    return known.includes(name) ? [] : wrong(unknownName(name, known));
  };
}

function unknownName(name: string, known: readonly string[]): string {
  const suggestion = toSuggestion(name, known);
  return `${UNKNOWN_KEY}${suggestion || `, wanted a key that stands in training too, ${listed(known)}`}`;
}

const MOST_LISTED = 10;

function listed(known: readonly string[]): string {
  const shown = known.slice(0, MOST_LISTED).join(', ');
  return known.length === 0 ? 'which has none of the program’s own' : `such as ${shown}`;
}

const wrong = (message: string) => [{ below: '', message }];

function judgeLength(key: string, value: ParamValue): ReturnType<Judge> {
  const schema = programTrainingSchema.shape[key as keyof typeof programTrainingSchema.shape];
  return problemsOf(schema, value, ['value']).map(({ path, message }) => ({
    below: path.slice('value'.length),
    message,
  }));
}

/** The keys of the program's own in `training`, those of objects with dots. */
function dottedNames(value: unknown, path: string): string[] {
  if (!isObject(value)) return [path];
  const entries = Object.entries(value).filter(([key]) => path !== 'training' || !PROGRAM_KEYS.includes(key));
  return entries.flatMap(([key, inner]) => dottedNames(inner, `${path}.${key}`));
}
