import { once } from 'node:events';

/** Where a command writes. Data goes to stdout; progress and messages go to stderr, so that output can be piped. */
export interface Output {
  /** Data: one line, or several. */
  data(text: string): void;
  /** Data as one JSON document. */
  json(value: unknown): void;
  /** Data that is too long to be held at once, in pieces. */
  pieces(texts: Iterable<string>): Promise<void>;
  /** A message; left out with `--quiet`. */
  say(text: string): void;
  /** What went wrong; never left out. */
  complain(text: string): void;
  /** Columns of the terminal that data goes to; null where it goes into a file or a pipe, where programs read it. */
  readonly columns: number | null;
  /** True where stderr is a terminal on which progress may be drawn. */
  readonly live: boolean;
  /** Columns and rows of that terminal. */
  readonly width: number;
  readonly height: number;
  /** Draws on the terminal; to be called only where `live` is true. */
  draw(text: string): void;
}

export function makeOutput(
  quiet: boolean,
  stdout: NodeJS.WriteStream = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
): Output {
  return {
    data: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    pieces: (texts) => writePieces(stdout, texts),
    say: (text) => void (quiet || stderr.write(`${text}\n`)),
    complain: (text) => void stderr.write(`${text}\n`),
    get columns() {
      return stdout.isTTY === true ? stdout.columns || 80 : null;
    },
    live: stderr.isTTY === true && !quiet && process.env['TERM'] !== 'dumb',
    get width() {
      return stderr.columns || 80; // 0 where a terminal was never told its size
    },
    get height() {
      return stderr.rows || 24;
    },
    draw: (text) => void stderr.write(text),
  };
}

/** Gathers small pieces and waits whenever the reader at the other end is slower than we are. */
async function writePieces(stream: NodeJS.WriteStream, texts: Iterable<string>): Promise<void> {
  let gathered = '';
  const flush = async () => {
    if (!stream.write(gathered)) await once(stream, 'drain');
    gathered = '';
  };
  for (const text of texts) {
    gathered += text;
    if (gathered.length > 65_536) await flush();
  }
  await flush();
}
