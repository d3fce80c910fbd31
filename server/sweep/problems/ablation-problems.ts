import { ABLATIONS } from '../space/ablations.ts';
import { problemsOfSet } from './assignment-problems.ts';
import type { Judge } from './judge.ts';
import { problemsOfName } from './name-problems.ts';
import { type Problem, toFound, toPath } from '../problem.ts';
import { toSuggestion } from '../suggest.ts';
import { isObject } from './written-parameter.ts';

const BUILT_IN = ABLATIONS.map(({ name }) => name);

/** Everything that is wrong with `ablations` beyond its shape: unknown names, names used twice, what they set. */
export function problemsOfAblations(ablations: unknown, judge: Judge): Problem[] {
  if (!Array.isArray(ablations)) return [];
  const names = ablations.map((entry: unknown) => (isObject(entry) ? entry.name : entry));
  const firstOf = new Map<unknown, number>();
  for (const [i, name] of names.entries()) if (!firstOf.has(name)) firstOf.set(name, i);
  return ablations.flatMap((entry: unknown, i) => {
    const name = names[i];
    const path = toPath(['ablations', i]);
    const problems: Problem[] =
      typeof name === 'string' && firstOf.get(name)! < i
        ? [{ path, message: `found the ablation ${toFound(name)} twice, wanted it once` }]
        : [];
    if (typeof entry === 'string' && !BUILT_IN.includes(entry)) {
      problems.push({
        path,
        message:
          `found ${toFound(entry)}, wanted one of ${BUILT_IN.join(', ')}, ` +
          `or {"name": "…", "set": {…}}${toSuggestion(entry, BUILT_IN)}`,
      });
    }
    if (isObject(entry) && typeof name === 'string' && BUILT_IN.includes(name))
      problems.push({
        path: `${path}.name`,
        message: `found ${toFound(name)}, wanted another name: this one has a fixed meaning`,
      });
    if (isObject(entry) && typeof name === 'string') problems.push(...problemsOfName(name, `${path}.name`));
    if (isObject(entry) && isObject(entry.set))
      problems.push(...problemsOfSet(entry.set, ['ablations', i, 'set'], judge));
    return problems;
  });
}
