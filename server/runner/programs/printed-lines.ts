import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parsePrinted } from './parse-stdout.ts';

/** A longer line says no metrics, in characters. */
const MAX_LINE = 10_000;

/**
 * What a program prints, put into the words of the protocol: lines of `name=value` become reports, any other line is
 * passed over. A program that knows nothing of Cosweep prints what it likes: what it prints for batches that are not
 * the stage's, or twice, counts once.
 */
export class PrintedLines {
  readonly #names: Readonly<Record<string, string>>;
  readonly #batchesPerEpoch: number | null;
  readonly #to: number;
  #unended = '';
  /** Whether it has printed anything since the last look. */
  #printed = false;
  #lines: string[] = [];
  readonly #last = new Map<string, number>();

  constructor(
    stdout: Readable,
    {
      names,
      batchesPerEpoch,
      to,
    }: { names: Readonly<Record<string, string>>; batchesPerEpoch: number | null; to: number },
  ) {
    this.#names = names;
    this.#batchesPerEpoch = batchesPerEpoch;
    this.#to = to;
    const decoder = new StringDecoder('utf8');
    stdout.on('data', (bytes: Buffer) => this.#take(decoder.write(bytes)));
  }

  /** Whether it has printed anything since the last call, be it a report or not. */
  hasPrinted(): boolean {
    const printed = this.#printed;
    this.#printed = false;
    return printed;
  }

  /** Lines of the protocol since the last call. */
  readLines(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  #take(text: string): void {
    this.#printed = true;
    // A progress bar draws its line anew with each carriage return.
    const pieces = (this.#unended + text).split(/[\r\n]+/);
    this.#unended = pieces.pop()!.slice(-MAX_LINE);
    for (const line of pieces) {
      const printed = line.length > MAX_LINE ? null : parsePrinted(line, this.#names, this.#batchesPerEpoch);
      if (printed !== null) this.#report(printed.batch!, printed.metrics);
    }
  }

  #report(batch: number, metrics: Record<string, number>): void {
    const isNew = ([metric]: [string, number]): boolean =>
      batch >= 0 &&
      batch <= (metric.startsWith('train/') ? this.#to - 1 : this.#to) &&
      batch > (this.#last.get(metric) ?? -1);
    const fresh = Object.entries(metrics).filter(isNew);
    if (fresh.length === 0) return;
    for (const [metric] of fresh) this.#last.set(metric, batch);
    const written = fresh.map(([metric, value]) => [metric, Number.isFinite(value) ? value : String(value)]);
    this.#lines.push(JSON.stringify({ batch, metrics: Object.fromEntries(written) }));
  }
}
