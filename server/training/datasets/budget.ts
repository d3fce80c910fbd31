/** Bytes of memory that several tasks share. A task waits until there is room for it; alone, it always has room. */
export class Budget {
  readonly #total: number;
  #used = 0;
  readonly #waiting: { bytes: number; start: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
  }

  async use<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes, start });
      this.#startNext();
    });
    try {
      return await task();
    } finally {
      this.#used -= bytes;
      this.#startNext();
    }
  }

  /** In the order of their coming, so that a large one is not overtaken for ever. */
  #startNext(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (this.#used > 0 && this.#used + next.bytes > this.#total) return;
      this.#waiting.shift();
      this.#used += next.bytes;
      next.start();
    }
  }
}
