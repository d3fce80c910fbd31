import type { SentCheckpoint } from '../../runner/checkpoints/sent-checkpoint.ts';

/** Something that is sent again until it is known to be stored. */
interface Parcel {
  to: number;
  send: () => Promise<void>;
}

/**
 * The segments of one grant on their way to the head. They are kept until the head has stored them, since a broker may
 * lose what it was given; they are sent one after the other, and again where no answer comes.
 */
export class Outbox {
  readonly #parcels: Parcel[] = [];
  readonly #again: NodeJS.Timeout;
  #sending: Promise<void> = Promise.resolve();
  /** Those who wait until it is empty. */
  readonly #waiting: (() => void)[] = [];
  /** Sends that are under way, or wait for their turn. */
  #toSend = 0;
  #isDropped = false;
  readonly #failed: (error: Error) => void;

  /**
   * @param every milliseconds after which what is not confirmed is sent again
   * @param failed is called where one cannot be sent at all
   */
  constructor(every: number, failed: (error: Error) => void) {
    this.#failed = failed;
    this.#again = setInterval(() => this.#resend(), every);
  }

  add(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#sendNext(parcel);
  }

  /** All up to this batch is stored. */
  confirm(to: number): void {
    while (this.#parcels.length > 0 && this.#parcels[0]!.to <= to) this.#parcels.shift();
    if (this.#parcels.length === 0) this.#tellEmpty();
  }

  /** All that was added is sent, once at least. */
  sent(): Promise<void> {
    return this.#sending;
  }

  /** All is stored, or is of no interest any more. */
  async empty(): Promise<void> {
    if (this.#parcels.length > 0 && !this.#isDropped) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    clearInterval(this.#again);
  }

  /** Nobody wants them any more. */
  drop(): void {
    this.#isDropped = true;
    this.#parcels.length = 0;
    clearInterval(this.#again);
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** What is under way is not sent twice. */
  #resend(): void {
    if (this.#toSend > 0) return;
    for (const parcel of this.#parcels) this.#sendNext(parcel);
  }

  #sendNext(parcel: Parcel): void {
    this.#toSend++;
    this.#sending = this.#sending
      .then(() => (this.#parcels.includes(parcel) ? parcel.send() : undefined))
      .catch((error: Error) => this.#failed(error))
      .finally(() => this.#toSend--);
  }
}

/** A checkpoint without its bytes. */
export function toRef({ batch, hash, size }: SentCheckpoint): { batch: number; hash: string; size: number } {
  return { batch, hash, size };
}
