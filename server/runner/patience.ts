/** In milliseconds: so long a worker may give no sign of life while it trains, whatever was measured. */
export const WATCHDOG_MS = 600_000;

/** In milliseconds: so long a worker that was asked to stop may give none. */
const GRACE_MS = 60_000;

/** A worker counts as hung after this many times the longest silence after which one went on. */
const TIMES_LONGEST = 10;

/**
 * How long a worker may give no sign of life before it counts as hung. It is measured: batches, evaluations and
 * checkpoints that take long on this machine make for more patience with all its workers.
 */
export class Patience {
  readonly #floor: number;
  #longest = 0;
  #reading = 0;

  /** @param floor in milliseconds */
  constructor(floor: number = WATCHDOG_MS) {
    this.#floor = floor;
  }

  /** A worker went on after a silence of so many milliseconds. */
  noteSilence(milliseconds: number): void {
    this.#longest = Math.max(this.#longest, milliseconds);
  }

  /** Reading the sweep's data sets took this process so many milliseconds. */
  noteReading(milliseconds: number): void {
    this.#reading = Math.max(this.#reading, milliseconds);
  }

  /** Milliseconds of silence of a worker that does `what`. */
  with(what: 'opening' | 'reading' | 'training' | 'stopping'): number {
    switch (what) {
      case 'opening':
        return Math.max(this.#floor, WATCHDOG_MS); // before anything was measured
      case 'reading':
        return Math.max(this.#floor, TIMES_LONGEST * this.#reading);
      case 'training':
        return Math.max(this.#floor, TIMES_LONGEST * this.#longest);
      case 'stopping':
        return Math.max(Math.min(this.#floor, GRACE_MS), TIMES_LONGEST * this.#longest);
    }
  }
}
