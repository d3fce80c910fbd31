import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { parsePrinted, type Printed } from './parse-stdout.ts';

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
    for (const line of pieces) this.#read(line);
  }

  /** What it has printed without a line break at its end. */
  flush(): void {
    const line = this.#unended;
    this.#unended = '';
    this.#read(line);
  }

  #read(line: string): void {
    const printed = line.length > MAX_LINE ? null : parsePrinted(line, this.#names, this.#batchesPerEpoch);
    for (const [metric, value] of Object.entries(printed?.metrics ?? {})) this.#report(printed!, metric, value);
  }

  #report({ batch, isEpoch }: Pick<Printed, 'batch' | 'isEpoch'>, metric: string, value: number): void {
    const isTraining = metric.startsWith('train/');
    // What is told of training after an epoch belongs to the epoch's last batch.
    const at = isTraining && isEpoch && batch > 0 ? batch - 1 : batch;
    const isKnown = at <= (this.#last.get(metric) ?? -1);
    if (isKnown || at > (isTraining ? this.#to - 1 : this.#to)) return;
    this.#last.set(metric, at);
    const written = Number.isFinite(value) ? value : String(value);
    this.#lines.push(JSON.stringify({ batch: at, metrics: { [metric]: written } }));
  }
}
