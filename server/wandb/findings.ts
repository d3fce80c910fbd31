import { type Problem, toPath } from '../sweep/problem.ts';

/** Everything that is wrong with a file, gathered while it is read. */
export class Findings {
  readonly problems: Problem[] = [];

  add(path: readonly PropertyKey[], message: string): void {
    this.problems.push({ path: toPath(path), message });
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
