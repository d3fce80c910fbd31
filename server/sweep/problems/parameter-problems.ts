import { problemsOfParameter, UNKNOWN_KEY } from '../schema/issues.ts';
import type { Judge } from './judge.ts';
import { isLossParameter, isSettingName, LOSS_PARAMETERS } from '../parameter-names.ts';
import { type Problem, toPath } from '../problem.ts';
import { sampleValues } from './sample-values.ts';
import { toNameSuggestion } from './setting-names.ts';
import { isRange } from '../space/space.ts';
import { problemsOfSpace } from './space-problems.ts';
import { isObject, type WrittenParameter } from './written-parameter.ts';

/** Everything that is wrong with `parameters` beyond its shape: names, units, spaces, values. */
export function problemsOfParameters(
  parameters: readonly WrittenParameter[],
  method: unknown,
  judge: Judge,
): Problem[] {
  return [
    ...missingParameters(parameters),
    ...parameters.flatMap((parameter, i) => {
      const root = ['parameters', parameter.written];
      return (
        nameProblem(parameter, parameters.slice(0, i), root) ?? [
          ...unitProblems(parameter, root),
          ...valueProblems(parameter, method, judge, root),
        ]
      );
    }),
  ];
}

function missingParameters(parameters: readonly WrittenParameter[]): Problem[] {
  const missing = LOSS_PARAMETERS.filter(
    (name) => name !== 'gamma' && !parameters.some((parameter) => parameter.name === name),
  );
  return missing.map((name) => ({
    path: toPath(['parameters', name]),
    message: 'found nothing, wanted a value, values or a distribution',
  }));
}

/** A parameter with a wrong name has no values worth judging. */
function nameProblem(
  { name, written }: WrittenParameter,
  before: readonly WrittenParameter[],
  root: PropertyKey[],
): Problem[] | null {
  const twin = before.find((other) => other.name === name);
  if (twin)
    return [
      { path: toPath(root), message: `found ${name} twice (${JSON.stringify(twin.written)} too), wanted it once` },
    ];
  if (isLossParameter(name) || isSettingName(name)) return null;
  const wanted =
    toNameSuggestion(written) ||
    `, wanted ${LOSS_PARAMETERS.join(', ')}, or a key of loss or training with dots, "training.optimizer.learningRate"`;
  return [{ path: toPath(root), message: `unknown parameter${wanted}` }];
}

function unitProblems({ name, space }: WrittenParameter, root: PropertyKey[]): Problem[] {
  return name === 'N' || space?.unit === undefined
    ? []
    : [
        {
          path: toPath([...root, 'unit']),
          message: `found ${JSON.stringify(space.unit)}, wanted no unit: only N has one`,
        },
      ];
}

function valueProblems(
  { name, value: written, space }: WrittenParameter,
  method: unknown,
  judge: Judge,
  root: PropertyKey[],
): Problem[] {
  // The definition's shape does not know which parameter wants whole bounds, so a wrong shape is told here too.
  if (space === null) return isObject(written) ? problemsOfParameter(written, root) : [];
  const problems = problemsOfSpace(space, method, root);
  if (problems.length > 0) return problems;
  for (const { value, at } of sampleValues(space, method)) {
    const found = judge(name, value);
    if (found.some(({ message }) => message.startsWith(UNKNOWN_KEY)))
      return found.map(({ message }) => ({ path: toPath(root), message }));
    const hint =
      at.length === 0 && !Number.isInteger(value)
        ? `, a value of this range${method === 'random' ? ' ("int_uniform" draws whole numbers)' : ''}`
        : '';
    problems.push(
      ...found.map(({ below, message }) => ({
        path: toPath([...root, ...at]) + below,
        message: message.replace(', wanted', `${hint}, wanted`),
      })),
    );
    // One value shows what is wrong with a range; listed values are each a mistake of their own.
    if (problems.length > 0 && isRange(space)) break;
  }
  return problems;
}
