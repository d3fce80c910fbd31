import { singleValue } from '../space/definition.ts';
import type { Assignment, ParamValue } from '../arm.ts';
import type { Judge } from './judge.ts';
import { isLossParameter, isSettingName, toParameterName } from '../parameter-names.ts';
import { type Problem, toPath } from '../problem.ts';
import { toNameSuggestion } from './setting-names.ts';
import { firstSuggestions, toSuggestion } from '../suggest.ts';
import { isObject, type WrittenParameter } from './written-parameter.ts';

/**
 * An object of parameters and values as written in `include`, `exclude` or an ablation's `set`, under canonical names.
 */
export function toAssignment(written: Record<string, ParamValue>): Assignment {
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [toParameterName(name), value]));
}

/**
 * An entry of `include` adds one point. It assigns only parameters of the definition, and has to assign every parameter
 * without a single value.
 */
export function problemsOfInclude(include: unknown, parameters: readonly WrittenParameter[], judge: Judge): Problem[] {
  const open = parameters.filter(
    ({ name, space, unit }) => space !== null && singleValue({ name, unit, space }) === undefined,
  );
  const suggestion = suggestionsFor(parameters);
  return listOfObjects(include).flatMap(([entry, i]) => {
    const root = ['include', i];
    const names = new Set(Object.keys(entry).map(toParameterName));
    const missing = open.filter(({ name }) => !names.has(name));
    return [
      ...problemsOfEntry(entry, root, parameters, judge, suggestion),
      ...missing.map(({ written }) => ({
        path: toPath([...root, written]),
        message: 'found nothing, wanted a value: an included point assigns every parameter that has no single value',
      })),
    ];
  });
}

export function problemsOfExclude(exclude: unknown, parameters: readonly WrittenParameter[], judge: Judge): Problem[] {
  const suggestion = suggestionsFor(parameters);
  return listOfObjects(exclude).flatMap(([entry, i]) => {
    const empty =
      Object.keys(entry).length === 0
        ? [
            {
              path: toPath(['exclude', i]),
              message: 'found no parameter, wanted at least one: an empty entry would drop every point',
            },
          ]
        : [];
    return [...empty, ...problemsOfEntry(entry, ['exclude', i], parameters, judge, suggestion)];
  });
}

/** What the arms of a program have that the others are compared with. */
export function problemsOfControl(control: unknown, parameters: readonly WrittenParameter[], judge: Judge): Problem[] {
  if (!isObject(control)) return [];
  if (Object.keys(control).length === 0)
    return [{ path: 'control', message: 'found no parameter, wanted at least one: every arm would be a control' }];
  return problemsOfEntry(control, ['control'], parameters, judge, suggestionsFor(parameters));
}

/** Names in one `set` that get a suggestion; there may be a hundred of them. */
const MOST_IN_SET = 20;

/** An ablation sets any of the five numbers and any setting, whether it is swept or not. */
export function problemsOfSet(set: Record<string, unknown>, root: PropertyKey[], judge: Judge): Problem[] {
  if (Object.keys(set).length === 0)
    return [{ path: toPath(root), message: 'found no setting, wanted at least one that the ablation changes' }];
  const suggestion = firstSuggestions(toNameSuggestion, MOST_IN_SET);
  return Object.entries(set).flatMap(([written, value]) => {
    const name = toParameterName(written);
    const path = toPath([...root, written]);
    if (!isLossParameter(name) && !isSettingName(name))
      return [{ path, message: `unknown parameter${suggestion(name)}` }];
    return judge(name, value as ParamValue).map(({ below, message }) => ({ path: path + below, message }));
  });
}

function problemsOfEntry(
  entry: Record<string, unknown>,
  root: PropertyKey[],
  parameters: readonly WrittenParameter[],
  judge: Judge,
  suggestion: (name: string) => string,
): Problem[] {
  const names = namesOf(parameters);
  const seen = new Set<string>();
  return Object.entries(entry).flatMap(([written, value]) => {
    const name = toParameterName(written);
    const path = toPath([...root, written]);
    if (seen.has(name)) return [{ path, message: `found ${name} twice, wanted it once` }];
    seen.add(name);
    if (!names.includes(name))
      return [
        {
          path,
          message: `found ${JSON.stringify(written)}, wanted a parameter of this definition` + suggestion(name),
        },
      ];
    return isLossParameter(name) || isSettingName(name)
      ? judge(name, value as ParamValue).map(({ below, message }) => ({ path: path + below, message }))
      : [];
  });
}

function namesOf(parameters: readonly WrittenParameter[]): string[] {
  return [...parameters.map(({ name }) => name), 'gamma'];
}

function suggestionsFor(parameters: readonly WrittenParameter[]): (name: string) => string {
  const names = namesOf(parameters);
  return firstSuggestions((name) => toSuggestion(name, names));
}

function listOfObjects(list: unknown): [entry: Record<string, unknown>, index: number][] {
  return Array.isArray(list)
    ? list.flatMap((entry, i) => (isObject(entry) ? [[entry, i] as [Record<string, unknown>, number]] : []))
    : [];
}
