import type { z } from 'zod';
import { distributionOf, PARAMETER_SCHEMAS } from './parameter-schema.ts';
import { type Problem, toFound, toPath } from '../problem.ts';
import { suggest, toSuggestion } from '../suggest.ts';
import { toParameterName } from '../parameter-names.ts';
import { wholeNumbersOf } from './whole-settings.ts';

type Issue = z.core.$ZodIssue;
type Parts = readonly PropertyKey[];

/** The message about a key that nobody knows begins with these words. */
export const UNKNOWN_KEY = 'unknown key';

/**
 * Checks `value` and tells every mistake in the grammar of our messages: what was found, what is wanted, and for a
 * misspelt word what was probably meant.
 *
 * @param root path of `value` in the definition
 */
export function problemsOf(schema: z.ZodType, value: unknown, root: Parts = []): Problem[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  const problems = issues.flatMap((issue) => problemsOfIssue(issue, value, root));
  return withoutRepeats(problems);
}

function problemsOfIssue(issue: Issue, value: unknown, root: Parts): Problem[] {
  const found = valueAt(value, issue.path);
  const at = [...root, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.map((key) => ({
      path: toPath([...at, key]),
      message: `${UNKNOWN_KEY}${toSuggestion(key, known) || `, wanted one of ${known.join(', ')}`}`,
    }));
  }
  if (issue.code === 'invalid_union') return problemsOfUnion(issue, found, at);
  return [toProblem(at, found, issue.message)];
}

/** A value with several possible shapes is judged by the shape that was meant, not by all of them. */
function problemsOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>, found: unknown, at: Parts): Problem[] {
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (isObject && at.length === 2 && at[0] === 'parameters')
    return problemsOfParameter(found as Record<string, unknown>, at);
  const meant = issue.errors.filter((branch) =>
    branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  if (isObject && meant.length === 1) return meant[0]!.flatMap((inner) => problemsOfIssue(inner, found, at));
  return [toProblem(at, found, issue.message)];
}

/** @param at `parameters` and the parameter's name as written */
export function problemsOfParameter(written: Record<string, unknown>, at: Parts): Problem[] {
  if ('value' in written && 'values' in written)
    return [{ path: toPath(at), message: 'found both value and values, wanted one of them' }];
  const name = toParameterName(String(at[1]));
  const distribution = distributionOf(spelledRight(written), wholeNumbersOf(name, written.unit));
  if (distribution !== null) return problemsOf(PARAMETER_SCHEMAS[distribution], written, at);
  return [
    toProblem([...at, 'distribution'], written.distribution, `one of ${Object.keys(PARAMETER_SCHEMAS).join(', ')}`),
  ];
}

/**
 * Keys as they were probably meant: a parameter with the key `valus` is a list of values, not a range without bounds.
 */
function spelledRight(written: Record<string, unknown>): Record<string, unknown> {
  const meant = (key: string, value: unknown) =>
    suggest(key, [Array.isArray(value) ? 'values' : 'value', 'min', 'max', 'distribution']) ?? key;
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [meant(key, value), value]));
}

function toProblem(at: Parts, found: unknown, wanted: string): Problem {
  const options = /^one of (.*)$/.exec(wanted)?.[1]?.split(', ') ?? [];
  const suggestion = typeof found === 'string' ? toSuggestion(found, options) : '';
  return { path: toPath(at), message: `found ${toFound(found)}, wanted ${wanted}${suggestion}` };
}

function valueAt(value: unknown, path: Parts): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner === null || inner === undefined ? undefined : (inner as Record<PropertyKey, unknown>)[key]),
    value,
  );
}

/** A number that breaks two rules at once (whole, ≥ 1) would be reported twice with the same words. */
export function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    const key = `${path}\n${message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}
