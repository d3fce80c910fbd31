/** Runs tasks one after the other, in the order in which they were given, up to the first that fails. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @returns what the task returns, or its error; that of one before it where that one failed, and then it has not run
   */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    result.catch(() => {}); // met by whoever waits for the task, or for one after it
    this.#last = result;
    return result;
  }
}
