/** The names that were added last: where there are more than `most`, those that were not added for longest are gone. */
export class RecentNames {
  readonly #most: number;
  /** A Set keeps the order of insertion. */
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  add(name: string): void {
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size > this.#most) this.#names.delete(this.#names.values().next().value!);
  }

  clear(): void {
    this.#names.clear();
  }
}
