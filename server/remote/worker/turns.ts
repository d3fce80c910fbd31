import type { ToWorker } from '../messages/bodies.ts';

/** What a ticket stands for. */
export interface Turn {
  body: Extract<ToWorker, { kind: 'train' }>;
  grant: string;
}

/** Tickets that this worker has claimed, until the head has said what they stand for. */
export class Turns {
  readonly #waiting = new Map<string, (turn: Turn | null) => void>();
  /** One may be delivered once more meanwhile. */
  readonly #used = new Set<string>();

  /** Claimed, and not answered yet. */
  get tickets(): string[] {
    return [...this.#waiting.keys()];
  }

  /**
   * Uses a ticket, once.
   *
   * @param claim says to the head that it is claimed
   * @param train does what it stands for
   */
  async use(ticket: string, claim: () => Promise<void>, train: (turn: Turn) => Promise<void>): Promise<void> {
    this.#used.add(ticket);
    try {
      const answered = new Promise<Turn | null>((resolve) => this.#waiting.set(ticket, resolve));
      await claim();
      const turn = await answered;
      this.#waiting.delete(ticket);
      if (turn !== null) await train(turn);
    } finally {
      this.#waiting.delete(ticket);
      this.#used.delete(ticket);
    }
  }

  isUsed(ticket: string): boolean {
    return this.#used.has(ticket);
  }

  /** @param turn null: the ticket stands for nothing. @returns false where nobody waits for it */
  answer(ticket: string, turn: Turn | null): boolean {
    const resolve = this.#waiting.get(ticket);
    resolve?.(turn);
    return resolve !== undefined;
  }

  /** None of them will be answered. */
  giveUp(): void {
    for (const ticket of this.tickets) this.answer(ticket, null);
  }
}
