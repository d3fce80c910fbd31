import type { Problem } from '../sweep/problem.ts';
import { toSuggestion } from '../sweep/suggest.ts';
import { escapePattern } from './escape-pattern.ts';

/** What becomes of the names that another tool gave: some get another one, some are left out. */
export class Names {
  readonly #renamed = new Map<string, string>();
  readonly #ignored: { text: string; pattern: RegExp }[];
  readonly #seen = new Set<string>();
  readonly problems: Problem[] = [];

  /**
   * @param renamed texts `theirs=ours`
   * @param ignored names that are left out; `*` stands for any characters
   */
  constructor(renamed: readonly string[], ignored: readonly string[]) {
    for (const text of renamed) {
      const [theirs, ours] = [text.slice(0, text.lastIndexOf('=')), text.slice(text.lastIndexOf('=') + 1)];
      if (text.lastIndexOf('=') < 1 || ours === '')
        this.problems.push({ path: `--map ${text}`, message: 'wanted THEIRS=OURS, such as acc=val/accuracy' });
      else this.#renamed.set(theirs.trim(), ours.trim());
    }
    this.#ignored = ignored.map((text) => ({
      text,
      pattern: new RegExp(`^${text.split('*').map(escapePattern).join('.*')}$`, 'u'),
    }));
  }

  /** @returns null for a name that is left out */
  of(theirs: string): string | null {
    this.#seen.add(theirs);
    if (this.#ignored.some(({ pattern }) => pattern.test(theirs))) return null;
    return this.#renamed.get(theirs) ?? theirs;
  }

  /** What was said of names that are nowhere; to be asked once everything is read. */
  unused(): Problem[] {
    const seen = [...this.#seen];
    const nowhere = (option: string, name: string): Problem => ({
      path: `${option} ${name}`,
      message: `found no such metric or parameter${toSuggestion(name, seen)}`,
    });
    return [
      ...[...this.#renamed.keys()].filter((name) => !this.#seen.has(name)).map((name) => nowhere('--map', name)),
      ...this.#ignored
        .filter(({ pattern }) => !seen.some((name) => pattern.test(name)))
        .map(({ text }) => nowhere('--ignore', text)),
    ];
  }
}
