import { isUtf8 } from 'node:buffer';
import { UserError } from '../../sweep/user-error.ts';
import { readPieces, readStart } from './data-file.ts';
import type { DataFile } from './data-file.ts';

const NEWLINE = /\r\n|\n|\r/;
const NO_TEXT = 'text in UTF-8, or in UTF-16 with a byte order mark, is wanted (a spreadsheet calls it "CSV UTF-8")';

/**
 * The text of a file, in blocks of whole lines and without a byte order mark. Names must not change on the way: a byte
 * that is no text is refused with its line, never replaced.
 *
 * @param longest characters of a line; lines that an open quotation mark (") joins are one
 */
export async function* readText(file: DataFile, longest: number): AsyncGenerator<string> {
  const lines = new LineCounter(file.path, longest);
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of await utf8Of(file)) {
    const bytes = Buffer.concat([rest, piece]);
    const end = endOfLines(bytes);
    rest = bytes.subarray(end);
    if (end > 0) yield lines.take(bytes.subarray(0, end));
    if (rest.length > 4 * longest) lines.refuseLength();
  }
  if (rest.length > 0) yield lines.take(rest);
}

/** Where the last whole line ends. A carriage return at the very end may be one half of a line's end. */
function endOfLines(bytes: Uint8Array): number {
  const carriageReturn = bytes.subarray(0, -1).lastIndexOf(0x0d);
  return Math.max(bytes.lastIndexOf(0x0a), carriageReturn) + 1;
}

/** The file's bytes in UTF-8, without a byte order mark. */
async function utf8Of(file: DataFile): Promise<AsyncIterable<Uint8Array>> {
  const [first, second, third] = await readStart(file, 3);
  if (first === 0xff && second === 0xfe) return fromUtf16(file, 'utf-16le');
  if (first === 0xfe && second === 0xff) return fromUtf16(file, 'utf-16be');
  const isMarked = first === 0xef && second === 0xbb && third === 0xbf;
  return isMarked ? withoutStart(readPieces(file), 3) : readPieces(file);
}

async function* withoutStart(pieces: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const piece of pieces) {
    yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

async function* fromUtf16(file: DataFile, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const piece of readPieces(file)) yield Buffer.from(decoder.decode(piece, { stream: true }));
    yield Buffer.from(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`Cannot read ${file.path}: it starts as UTF-16, and is not; ${NO_TEXT}`);
  }
}

/** Knows the number of the line that is read, and refuses what no line may hold. */
class LineCounter {
  readonly #path: string;
  readonly #longest: number;
  #line = 1;
  /** Characters of the line so far, if a quotation mark was left open. */
  #open = 0;

  constructor(path: string, longest: number) {
    this.#path = path;
    this.#longest = longest;
  }

  take(bytes: Uint8Array): string {
    if (!isUtf8(bytes)) throw this.#refuse(this.#line + firstWrong(bytes), 'a byte that is not UTF-8', NO_TEXT);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    for (const line of text.split(NEWLINE)) {
      this.#check(line);
      this.#line++;
    }
    // What follows the last line's end is not a line yet.
    this.#line--;
    return text;
  }

  refuseLength(): never {
    throw this.#refuse(this.#line, `more than ${this.#longest} characters`, 'a shorter line is wanted');
  }

  #check(line: string): void {
    if (line.includes('\0')) throw this.#refuse(this.#line, 'a NUL character', NO_TEXT);
    if (line.includes('\uFFFD'))
      throw this.#refuse(
        this.#line,
        'the character U+FFFD, which stands for one that was lost',
        'text that was saved without loss is wanted',
      );
    const quotes = line.split('"').length - 1;
    const isOpen = this.#open > 0 !== (quotes % 2 === 1);
    const length = this.#open + line.length + 1;
    if (length > this.#longest + 1) this.refuseLength();
    this.#open = isOpen ? length : 0;
  }

  #refuse(line: number, found: string, wanted: string): UserError {
    return new UserError(`Cannot read ${this.#path}, line ${line}: found ${found}; ${wanted}`);
  }
}

/** How many lines are before the first that is not UTF-8. */
function firstWrong(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('latin1').split(NEWLINE);
  return lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
}
