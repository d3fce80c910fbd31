import { problemsOf, wrongValue } from './issues.ts';
import { toParameterName } from '../parameter-names.ts';
import { distributionOf, PARAMETER_SCHEMAS, type ParameterInput, WANTED_PARAMETER } from './parameter-schema.ts';
import { type Problem, toPath } from '../problem.ts';
import { suggest } from '../suggest.ts';
import { wholeNumbersOf } from './whole-settings.ts';

/**
 * Reads one parameter: its space, or at least one problem. This is the only reader of a parameter. Which of the ways of
 * writing one is meant is decided here alone.
 *
 * @param written the key as written
 */
export function readParameter(
  written: string,
  value: unknown,
): { space: ParameterInput; problems: [] } | { space: null; problems: Problem[] } {
  const at = ['parameters', written];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { space: null, problems: [wrongValue(at, value, WANTED_PARAMETER)] };
  const parameter = value as Record<string, unknown>;
  if (isNested(parameter)) return { space: null, problems: [nestedParameters(parameter.parameters, at)] };
  if ('value' in parameter && 'values' in parameter)
    return {
      space: null,
      problems: [{ path: toPath(at), message: 'found both value and values, wanted one of them' }],
    };
  const isWhole = wholeNumbersOf(toParameterName(written), parameter.unit);
  const distribution = distributionOf(parameter, isWhole);
  const parsed = distribution === null ? null : PARAMETER_SCHEMAS[distribution].safeParse(parameter);
  if (parsed?.success) return { space: { ...parsed.data, distribution } as ParameterInput, problems: [] };
  const meant = distributionOf(spelledRight(parameter), isWhole);
  const problems = meant === null ? [] : problemsOf(PARAMETER_SCHEMAS[meant], parameter, at);
  if (problems.length > 0) return { space: null, problems };
  const names = Object.keys(PARAMETER_SCHEMAS).join(', ');
  return { space: null, problems: [wrongValue([...at, 'distribution'], parameter.distribution, `one of ${names}`)] };
}

/** Whether a parameter holds parameters. */
export function isNested(value: unknown): value is { parameters: unknown } {
  return typeof value === 'object' && value !== null && 'parameters' in value;
}

/** W&B nests: `"optimizer": {"parameters": {"lr": {"values": […]}}}`. */
function nestedParameters(inner: unknown, at: readonly PropertyKey[]): Problem {
  const names = typeof inner === 'object' && inner !== null ? Object.keys(inner).slice(0, 3) : [];
  const found = names.length > 0 ? ` (${names.map((name) => JSON.stringify(name)).join(', ')})` : '';
  return {
    path: toPath(at),
    message:
      `found parameters within a parameter${found}, as W&B nests them, wanted each under its own name with dots, ` +
      '"training.optimizer.learningRate": {"values": [0.01, 0.1]}',
  };
}

/**
 * Keys as they were probably meant: a parameter with the key `valus` is a list of values, not a range without bounds.
 */
function spelledRight(written: Record<string, unknown>): Record<string, unknown> {
  const meant = (key: string, value: unknown) =>
    suggest(key, [Array.isArray(value) ? 'values' : 'value', 'min', 'max', 'distribution']) ?? key;
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [meant(key, value), value]));
}
