import type { Reply } from '../route.ts';

/** How many bytes of answers are kept. */
const MOST_BYTES = 64 * 2 ** 20;

/** Answers by what was asked, each with the version of the data that it was made from; the newest, as many as fit. */
export class KeptAnswers {
  readonly #answers = new Map<string, { version: string; reply: Reply }>();
  readonly #most: number;
  #bytes = 0;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /** The answer that is kept where it is of this version, else a new one. Failures are not kept. */
  async get(asked: string, version: string, compute: () => Promise<Reply>): Promise<Reply> {
    const found = this.#answers.get(asked);
    if (found?.version === version) {
      this.#keep(asked, found); // it is the newest again
      return found.reply;
    }
    const reply = await compute();
    if (reply.status === 200) this.#keep(asked, { version, reply });
    return reply;
  }

  #keep(asked: string, answer: { version: string; reply: Reply }): void {
    this.#drop(asked);
    this.#answers.set(asked, answer);
    this.#bytes += bytesOf(answer.reply);
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#most) break;
      this.#drop(oldest);
    }
  }

  #drop(asked: string): void {
    const found = this.#answers.get(asked);
    if (found === undefined) return;
    this.#answers.delete(asked);
    this.#bytes -= bytesOf(found.reply);
  }
}

function bytesOf({ body }: Reply): number {
  return (body as Uint8Array).byteLength;
}
