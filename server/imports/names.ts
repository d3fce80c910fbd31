import type { Problem } from '../sweep/problem.ts';

/** What becomes of the names that another tool gave: some get another one, some are left out. */
export class Names {
  readonly #renamed = new Map<string, string>();
  readonly #ignored: RegExp[];
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
    this.#ignored = ignored.map((pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'u'));
  }

  /** @returns null for a name that is left out */
  of(theirs: string): string | null {
    if (this.#ignored.some((pattern) => pattern.test(theirs))) return null;
    return this.#renamed.get(theirs) ?? theirs;
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
