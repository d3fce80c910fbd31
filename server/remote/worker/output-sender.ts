import type { Stream } from '../../runner/logs/journal.ts';
import { LONGEST_OUTPUT, type ToHead } from '../messages/bodies.ts';

type Piece = Extract<ToHead, { kind: 'output' }>['pieces'][number];

/** In milliseconds: what is written meanwhile goes in one message. */
const EVERY = 500;

/**
 * What a stage's process writes, on its way to the log on the head's machine. What comes faster than messages take it
 * is left out, the oldest first, and that is said there.
 */
export class OutputSender {
  readonly #send: (body: ToHead) => Promise<void>;
  #pieces: Piece[] = [];
  #length = 0;
  #leftOut = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(send: (body: ToHead) => Promise<void>) {
    this.#send = send;
  }

  readonly take = (stream: Stream, text: string): void => {
    const last = this.#pieces.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#pieces.push({ stream, text });
    this.#length += text.length;
    this.#shorten();
    this.#timer ??= setTimeout(() => void this.flush(), EVERY).unref();
  };

  /** What was written so far is sent; nobody misses what does not arrive. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pieces.length === 0) return;
    const note: Piece[] =
      this.#leftOut === 0 ? [] : [{ stream: 'stdout', text: `\n(${this.#leftOut} characters left out)\n` }];
    const pieces = [...note, ...this.#pieces];
    this.#pieces = [];
    this.#length = this.#leftOut = 0;
    await this.#send({ kind: 'output', pieces }).catch(() => {});
  }

  #shorten(): void {
    while (this.#length > LONGEST_OUTPUT) {
      const [first] = this.#pieces as [Piece, ...Piece[]];
      const cut = Math.min(first.text.length, this.#length - LONGEST_OUTPUT);
      first.text = first.text.slice(cut);
      if (first.text === '') this.#pieces.shift();
      this.#length -= cut;
      this.#leftOut += cut;
    }
  }
}
