import { LogFile } from './log-file.ts';

/** The streams of a worker process. */
export type Stream = 'stdout' | 'stderr';

/** Gets what a worker process writes, as it comes: a part of a line, or several lines. */
export type Listener = (stream: Stream, text: string) => void;

/** A log of lines: each with its time, and those of a worker process with the name of their stream. */
export class Journal {
  readonly #file: Pick<LogFile, 'write' | 'end'>;
  readonly #now: () => Date;
  /** Whose line has not ended yet. */
  #unended: Stream | null = null;

  constructor(file: Pick<LogFile, 'write' | 'end'>, now = (): Date => new Date()) {
    this.#file = file;
    this.#now = now;
  }

  tell(lines: readonly string[]): void {
    const time = this.#now().toISOString();
    this.#file.write(`${this.#endLine()}${lines.map((line) => `${time} ${line}\n`).join('')}`);
  }

  /** A line may come in pieces, however long it is: none is held. A progress bar is a line each time it is drawn. */
  readonly quote: Listener = (stream, text) => {
    if (text === '') return;
    const mark = `${this.#now().toISOString()} ${stream}: `;
    const begin = this.#unended === stream ? '' : `${this.#endLine()}${mark}`;
    const lines = text.replace(/\r\n?/g, '\n');
    const isWhole = lines.endsWith('\n');
    const quoted = (isWhole ? lines.slice(0, -1) : lines).replaceAll('\n', `\n${mark}`);
    this.#file.write(`${begin}${quoted}${isWhole ? '\n' : ''}`);
    this.#unended = isWhole ? null : stream;
  };

  end(): Promise<void> {
    return this.#file.end();
  }

  #endLine(): string {
    const end = this.#unended === null ? '' : '\n';
    this.#unended = null;
    return end;
  }
}
