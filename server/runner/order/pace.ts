import type { RunnerEvent } from '../events.ts';

/** How far a sweep is and how long it still takes, from how fast it has been lately. */
export class Pace {
  #total: number;
  readonly #samples: { time: number; batches: number }[] = [];
  #done = 0;

  /** @param total batches to train */
  constructor(total: number) {
    this.#total = total;
  }

  get done(): number {
    return this.#done;
  }

  get total(): number {
    return this.#total;
  }

  /** One computation has become several, or some of it need not be trained. @param batches more to train, or fewer */
  grow(batches: number): void {
    this.#total += batches;
  }

  /**
   * @param batches trained since the last call
   * @param now milliseconds
   */
  advance(batches: number, now: number): void {
    this.#done += batches;
    this.#samples.push({ time: now, batches: this.#done });
    while (this.#samples.length > 2 && now - this.#samples[0]!.time > WINDOW_MS) this.#samples.shift();
  }

  /** Batches per second lately; null until two moments can be compared. */
  perSecond(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || !(last.batches > first.batches) || !(last.time > first.time)) return null;
    return (1000 * (last.batches - first.batches)) / (last.time - first.time);
  }

  /** Seconds until everything is trained. */
  secondsLeft(): number | null {
    const rate = this.perSecond();
    return rate === null ? null : Math.max(0, this.#total - this.#done) / rate;
  }
}

/** How far it is, as an event. */
export function progressOf(pace: Pace): RunnerEvent {
  return { kind: 'progress', batches: pace.done, of: pace.total, secondsLeft: pace.secondsLeft() };
}

/** Long enough to smooth evaluations over, short enough to notice a machine that got busy. */
const WINDOW_MS = 60_000;
