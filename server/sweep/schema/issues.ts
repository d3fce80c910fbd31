import type { z } from 'zod';
import { type Problem, toFound, toPath } from '../problem.ts';
import { toSuggestion } from '../suggest.ts';

type Issue = z.core.$ZodIssue;
type Parts = readonly PropertyKey[];

/** The message about a key that nobody knows begins with these words. */
export const UNKNOWN_KEY = 'unknown key';

/** Of one object no more unknown keys get a suggestion: no message lists more, and each suggestion takes time. */
const MAX_WORDED = 100;

/** The message about a key that is none of the known ones. */
export function unknownKey(key: string, known: readonly string[]): string {
  return `${UNKNOWN_KEY}${toSuggestion(key, known) || `, wanted one of ${known.join(', ')}`}`;
}

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
    return issue.keys.map((key, i) => ({
      path: toPath([...at, key]),
      message: i < MAX_WORDED ? unknownKey(key, known) : UNKNOWN_KEY,
    }));
  }
  if (issue.code === 'invalid_union') return problemsOfUnion(issue, found, at);
  return [wrongValue(at, found, issue.message)];
}

/** A value with several possible shapes is judged by the shape that was meant, not by all of them. */
function problemsOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>, found: unknown, at: Parts): Problem[] {
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  const possible = issue.errors.filter((branch) =>
    branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  const fewest = Math.min(...possible.map(countUnknown));
  const meant = possible.filter((branch) => countUnknown(branch) === fewest);
  if (isObject && meant.length === 1) return meant[0]!.flatMap((inner) => problemsOfIssue(inner, found, at));
  return [wrongValue(at, found, issue.message)];
}

/** Keys of the value that one of its possible shapes does not have. */
function countUnknown(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

/** A value that is not what is wanted there; a misspelt word gets a suggestion. */
export function wrongValue(at: Parts, found: unknown, wanted: string): Problem {
  const options = /^one of (.*)$/.exec(wanted)?.[1]?.split(', ') ?? [];
  const suggestion = typeof found === 'string' ? toSuggestion(found, options) : '';
  return { path: toPath(at), message: `found ${toFound(found)}, wanted ${wanted}${limitOf(found)}${suggestion}` };
}

/** A whole number that is refused as none is too large to be told from its neighbours. */
function limitOf(found: unknown): string {
  return Number.isInteger(found) && !Number.isSafeInteger(found) ? ` within ±${Number.MAX_SAFE_INTEGER}` : '';
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
