/**
 * How long somebody has given no sign of life, by the clock of whoever watches. A clock of the day would not do: it is
 * set forward and back. Nor may the time count in which the watcher itself stood still (a laptop that sleeps, a process
 * that is suspended), since the other one may have stood still with it: two looks never lie further apart than `most`.
 */
export class Silence {
  readonly #most: number;
  readonly #clock: () => number;
  #looked: number;
  #milliseconds = 0;

  /**
   * @param most milliseconds that count at most between two looks: a few times as long as they lie apart usually
   * @param clock milliseconds of a clock that only goes forward
   */
  constructor(most: number, clock: () => number = () => performance.now()) {
    this.#most = most;
    this.#clock = clock;
    this.#looked = clock();
  }

  /** @returns milliseconds of silence so far */
  look(): number {
    const now = this.#clock();
    this.#milliseconds += Math.min(now - this.#looked, this.#most);
    this.#looked = now;
    return this.#milliseconds;
  }

  /** There was a sign of life. @returns milliseconds of silence before it */
  end(): number {
    const before = this.look();
    this.#milliseconds = 0;
    return before;
  }
}
