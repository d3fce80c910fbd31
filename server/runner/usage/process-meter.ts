import type { ProcessUsage } from '../../store/training/add-usage.ts';

/** In milliseconds: so often memory is looked at. */
const LOOK_EVERY = 10_000;

/** Measures what this process uses while it trains a stage. */
export class ProcessMeter {
  #processor = process.cpuUsage();
  #peakMemory = 0;
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY).unref();

  /** What was used since the meter began, or was last read. */
  take(): ProcessUsage {
    this.#look();
    const [before, now] = [this.#processor, process.cpuUsage()];
    const microseconds = now.user - before.user + now.system - before.system;
    const usage = { processorSeconds: microseconds / 1e6, peakMemory: this.#peakMemory };
    this.#processor = now;
    this.#peakMemory = 0;
    return usage;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peakMemory = Math.max(this.#peakMemory, process.memoryUsage.rss());
  }
}
