import { NOTHING_OF_GPU, type GpuUsage } from '../../store/training/add-usage.ts';
import type { CardSample } from './card-sample.ts';

/** In milliseconds: so long after a sample the card is taken to do the same. Samples come twice as often. */
const HOLDS = 20_000;

type Sample = Pick<CardSample, 'use' | 'memory' | 'power'>;

/** What one stage is told of the card that it is trained on. */
export interface GpuAccount {
  /** What the card did since the account was opened, or was last read; null where nothing is known. */
  take(): GpuUsage | null;
  end(): void;
}

/** The account of a stage that is not trained on a card, or on one of which nothing is known. */
export const NO_GPU: GpuAccount = { take: () => null, end: () => {} };

/**
 * Divides what a graphics card does among the stages that are trained on it. Between two samples the card is taken to
 * do what it did at the first of them. Where several stages are trained at the same time, each has an equal part of the
 * energy: all of them together used no more than the card drew.
 */
export class GpuMeter {
  readonly #now: () => number;
  readonly #accounts = new Set<Account>();
  #sample: Sample | null = null;
  #sampledAt = -Infinity;
  /** Up to here all is divided. */
  #dividedTo = -Infinity;

  /** @param now a clock in milliseconds that is never set */
  constructor(now = (): number => performance.now()) {
    this.#now = now;
  }

  /** @param at when it was taken, by the meter's clock */
  note(sample: Sample, at = this.#now()): void {
    this.#divide();
    this.#sample = sample;
    this.#sampledAt = at;
  }

  open(): GpuAccount {
    this.#divide();
    const account = new Account();
    this.#accounts.add(account);
    return {
      take: () => {
        this.#divide();
        return account.take();
      },
      end: () => {
        this.#divide();
        this.#accounts.delete(account);
      },
    };
  }

  #divide(): void {
    const now = this.#now();
    const seconds = (Math.min(now, this.#sampledAt + HOLDS) - this.#dividedTo) / 1000;
    this.#dividedTo = now;
    if (this.#sample === null || !(seconds > 0)) return;
    for (const account of this.#accounts) account.add(this.#sample, seconds, this.#accounts.size);
  }
}

class Account {
  #usage: GpuUsage | null = null;

  add({ use, memory, power }: Sample, seconds: number, sharing: number): void {
    const usage = (this.#usage ??= { ...NOTHING_OF_GPU });
    if (use !== null) {
      usage.gpuBusySeconds += use * seconds;
      usage.gpuOver += seconds;
      usage.gpuPeakUse = Math.max(usage.gpuPeakUse ?? 0, use);
    }
    if (memory !== null) usage.gpuPeakMemory = Math.max(usage.gpuPeakMemory ?? 0, memory);
    if (power === null) return;
    usage.joules += (power * seconds) / sharing;
    usage.joulesOver += seconds;
  }

  take(): GpuUsage | null {
    const usage = this.#usage;
    this.#usage = null;
    return usage;
  }
}
