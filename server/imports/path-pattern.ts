import type { Problem } from '../sweep/problem.ts';
import { escapePattern } from './escape-pattern.ts';

/** The path of a run with names in the place of values: `lr{lr}/seed{seed}`. `*` stands for what says nothing. */
export class PathPattern {
  readonly text: string;
  readonly names: string[];
  readonly problems: Problem[];
  readonly #pattern: RegExp;

  constructor(text: string) {
    this.text = text;
    const parts = text.split(/(\{[^{}]*\}|\*)/);
    this.names = parts.filter((part) => part.startsWith('{')).map((part) => part.slice(1, -1));
    this.problems = problemsOf(text, this.names);
    const source = parts.map((part) =>
      part.startsWith('{') ? '([^/]+?)' : part === '*' ? '[^/]*?' : escapePattern(part),
    );
    this.#pattern = new RegExp(`^${source.join('')}(?=/|$)`, 'u');
  }

  /** @returns the values by name where the path, or the beginning of it, is that of a run */
  match(path: string): Record<string, string> | null {
    const values = this.#pattern.exec(path)?.slice(1);
    return values === undefined ? null : Object.fromEntries(this.names.map((name, i) => [name, values[i]!]));
  }

  /** The part of a path that is the run's. */
  runOf(path: string): string | null {
    return this.#pattern.exec(path)?.[0] ?? null;
  }
}

function problemsOf(text: string, names: readonly string[]): Problem[] {
  const say = (message: string): Problem => ({ path: `--pattern ${text}`, message });
  if (names.length === 0) return [say("found no name in braces, wanted one at least: 'lr{lr}_seed{seed}'")];
  const wrong = names.filter((name, i) => name === '' || names.indexOf(name) !== i);
  return wrong.map((name) => say(`found {${name}}, wanted each name in braces once`));
}
