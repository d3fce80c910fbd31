import { UNKNOWN_KEY } from '../schema/issues.ts';
import type { Judge } from './judge.ts';
import { isLossParameter, isSettingName, LOSS_PARAMETERS } from '../parameter-names.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import { type Problem, toPath } from '../problem.ts';
import { sampleValues } from './sample-values.ts';
import { toNameSuggestion } from './setting-names.ts';
import { MAX_ALL_VALUES } from './size-limits.ts';
import { countValues, isRange } from '../space/space.ts';
import { problemsOfSpace } from './space-problems.ts';
import type { WrittenParameter } from './written-parameter.ts';

/** Wrong values of one parameter, after which the others are not judged. */
const MAX_JUDGED = 1_000;

/**
 * Everything that is wrong with `parameters` beyond its shape: names, units, spaces, values.
 *
 * @param areOptional whether the five numbers may be missing
 */
export function problemsOfParameters(
  parameters: readonly WrittenParameter[],
  method: unknown,
  judge: Judge,
  areOptional = false,
): Problem[] {
  const byName = new Map<string, WrittenParameter>();
  let values = 0;
  return [
    ...(areOptional ? [] : missingParameters(parameters)),
    ...parameters.flatMap((parameter) => {
      const root = ['parameters', parameter.written];
      if (parameter.nested) return parameter.problems;
      const wrongName = nameProblem(parameter, byName.get(parameter.name), root);
      if (wrongName !== null) return wrongName;
      byName.set(parameter.name, parameter);
      if (parameter.space === null) return parameter.problems;
      const problems = [...unitProblems(parameter, root), ...problemsOfSpace(parameter.space, method, root)];
      if (problems.length > 0) return problems;
      values += countValues(parameter.space, method);
      return values > MAX_ALL_VALUES
        ? [{ path: toPath(root), message: `found ${values} values up to this one, wanted at most ${MAX_ALL_VALUES}` }]
        : valueProblems(parameter.name, parameter.space, method, judge, root);
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
  twin: WrittenParameter | undefined,
  root: PropertyKey[],
): Problem[] | null {
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
  name: string,
  space: ParameterInput,
  method: unknown,
  judge: Judge,
  root: PropertyKey[],
): Problem[] {
  const problems: Problem[] = [];
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
    if (problems.length > (isRange(space) ? 0 : MAX_JUDGED)) break;
  }
  return problems;
}
