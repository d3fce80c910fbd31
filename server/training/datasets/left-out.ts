import { basename, extname, join } from 'node:path';

const HIDDEN = 'hidden (a name that starts with a dot)';
const SHOWN_FOLDERS = 3;

/** Files and folders that are no part of a data set although they lie in its folder, so that nobody misses them. */
export class LeftOut {
  /** How many files there are of which ending. */
  readonly #files = new Map<string, number>();
  readonly #folders: string[] = [];

  get isEmpty(): boolean {
    return this.#files.size === 0 && this.#folders.length === 0;
  }

  addFiles(names: readonly string[]): void {
    for (const name of names) this.#count(kindOf(name), 1);
  }

  addFolders(parent: string, names: readonly string[]): void {
    this.#folders.push(...names.map((name) => join(basename(parent), name)));
  }

  add(other: LeftOut): void {
    for (const [kind, count] of other.#files) this.#count(kind, count);
    this.#folders.push(...other.#folders);
  }

  /** As "8 files .bmp, 1 file without ending and 1 folder (cat/old)". */
  get text(): string {
    const kinds = [...this.#files].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const parts = kinds.map(([kind, count]) => `${count} file${count === 1 ? '' : 's'} ${kind}`);
    if (this.#folders.length > 0) {
      const shown = this.#folders.slice(0, SHOWN_FOLDERS).join(', ');
      const more = this.#folders.length > SHOWN_FOLDERS ? ', …' : '';
      parts.push(`${this.#folders.length} folder${this.#folders.length === 1 ? '' : 's'} (${shown}${more})`);
    }
    return [parts.slice(0, -1).join(', '), parts.at(-1)].filter(Boolean).join(' and ');
  }

  #count(kind: string, count: number): void {
    this.#files.set(kind, (this.#files.get(kind) ?? 0) + count);
  }
}

function kindOf(name: string): string {
  if (name.startsWith('.')) return HIDDEN;
  return extname(name).toLowerCase() || 'without ending';
}
