import type { Reply } from '../route.ts';

interface Computation {
  reply: Promise<Reply>;
  /** How many clients wait for it. */
  waiting: number;
  left: AbortController;
}

/** Answers that are being computed, by what was asked: whoever asks the same meanwhile gets the same. */
export class SharedAnswers {
  readonly #computed = new Map<string, Computation>();

  /**
   * @param asked tells one question from another; two that are equal have the same answer
   * @param gone is aborted when this client has left
   * @param compute is told when all of its clients have left
   */
  get(asked: string, gone: AbortSignal, compute: (allGone: AbortSignal) => Promise<Reply>): Promise<Reply> {
    const computation = this.#computed.get(asked) ?? this.#begin(asked, compute);
    computation.waiting++;
    const leave = (): void => {
      if (--computation.waiting > 0) return;
      computation.left.abort();
      // Whoever asks from now on must not get what was given up.
      if (this.#computed.get(asked) === computation) this.#computed.delete(asked);
    };
    if (gone.aborted) leave();
    else gone.addEventListener('abort', leave, { once: true });
    return computation.reply;
  }

  #begin(asked: string, compute: (allGone: AbortSignal) => Promise<Reply>): Computation {
    const left = new AbortController();
    const reply = compute(left.signal).finally(() => {
      if (this.#computed.get(asked) === computation) this.#computed.delete(asked);
    });
    const computation: Computation = { reply, waiting: 0, left };
    this.#computed.set(asked, computation);
    return computation;
  }
}
