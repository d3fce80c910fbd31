/** Runs tasks one after the other, in the order in which they were given, up to the first that fails. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @returns the result of the task, or its error. Where a task before it has failed, this one is not run: the error is
   * the earlier one's.
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    result.catch(() => {}); // met by whoever waits for the task, or for one after it
    this.#last = result;
    return result;
  }
}
