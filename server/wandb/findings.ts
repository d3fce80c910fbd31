import { type Problem, toPath } from '../sweep/problem.ts';
import { toSuggestion } from '../sweep/suggest.ts';

/** Everything that is wrong with a file, gathered while it is read. */
export class Findings {
  readonly problems: Problem[] = [];

  add(path: readonly PropertyKey[], message: string): void {
    this.problems.push({ path: toPath(path), message });
  }

  /** Keys that are none of the known ones. A key that is there already is not what another one was meant to be. */
  addUnknown(path: readonly PropertyKey[], written: object, known: readonly string[], message = 'unknown key'): void {
    const missing = known.filter((key) => !Object.hasOwn(written, key));
    for (const key of Object.keys(written))
      if (!known.includes(key))
        this.add([...path, key], `${message}${toSuggestion(key, missing) || `, wanted one of ${known.join(', ')}`}`);
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
