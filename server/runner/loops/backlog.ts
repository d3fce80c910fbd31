/** Work that goes on by itself while its owner does something else, until the owner wants to know that it is done. */
export class Backlog {
  readonly #failed = new AbortController();
  #idle: Promise<void> = Promise.resolve();

  /** Aborted as soon as any of the work has failed. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  add(work: Promise<void>): void {
    work.catch(() => this.#failed.abort()); // the error itself is met by whoever waits
    this.#idle = bothOf(this.#idle, work);
    this.#idle.catch(() => {});
  }

  /** All that was added up to now is done. Fails with the first failure among it, when nothing of it goes on. */
  idle(): Promise<void> {
    return this.#idle;
  }
}

async function bothOf(before: Promise<void>, work: Promise<void>): Promise<void> {
  const failure = (await Promise.allSettled([before, work])).find(({ status }) => status === 'rejected');
  if (failure) throw (failure as PromiseRejectedResult).reason;
}
