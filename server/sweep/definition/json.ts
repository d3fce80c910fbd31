import { printParseErrorCode, visit, type JSONVisitor } from 'jsonc-parser';
import { MAX_LENGTH } from './max-length.ts';
import { MAX_DEPTH, TOO_DEEP } from '../problems/size-limits.ts';
import type { Problem } from '../problem.ts';

/**
 * Reads JSON text; comments and trailing commas are understood. `JSON.parse` is not enough: its messages differ from
 * one version of Node to the next, often without a position, and of two equal keys it silently keeps the last, which in
 * a sweep drops an axis that somebody wrote.
 */
export function parseJson(text: string): { value: unknown } | { problem: Problem } {
  if (text.length > MAX_LENGTH)
    return {
      problem: { path: '', message: `found ${text.length} characters, wanted a definition of at most ${MAX_LENGTH}` },
    };
  const clean = text.replace(/^\uFEFF/, ' ');
  const builder = new ValueBuilder(clean);
  try {
    visit(clean, builder, { allowTrailingComma: true });
    return { value: builder.value };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const before = text.slice(0, error.at).split('\n');
    return { problem: { path: `line ${before.length}, column ${before.at(-1)!.length + 1}`, message: error.message } };
  }
}

class SyntaxProblem extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

type Container = Record<string, unknown> | unknown[];
type Awaited = 'key' | 'colon' | 'value' | 'comma';

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /[-+.\w]+/y;

/** Builds the value while the library reads, and gives up at the first mistake: what follows it is guesswork. */
class ValueBuilder implements JSONVisitor {
  value: unknown;
  readonly #text: string;
  readonly #open: Container[] = [];
  #key = '';
  #awaited: Awaited = 'value';

  constructor(text: string) {
    this.#text = text;
  }

  readonly onObjectBegin = (at: number): void => this.#begin({}, 'key', at);
  readonly onArrayBegin = (at: number): void => this.#begin([], 'value', at);
  readonly onObjectEnd = (at: number): void => this.#end('}', at);
  readonly onArrayEnd = (at: number): void => this.#end(']', at);

  readonly onLiteralValue = (value: unknown): void => {
    this.#put(value);
    this.#awaited = 'comma';
  };

  readonly onObjectProperty = (key: string, at: number): void => {
    if (Object.hasOwn(this.#open.at(-1)!, key))
      throw new SyntaxProblem(at, `found the key ${JSON.stringify(key)} twice in one object, wanted each key once`);
    this.#key = key;
    this.#awaited = 'colon';
  };

  readonly onSeparator = (separator: string): void => {
    this.#awaited = separator === ':' || Array.isArray(this.#open.at(-1)) ? 'value' : 'key';
  };

  readonly onError = (code: number, at: number): never => {
    switch (printParseErrorCode(code)) {
      case 'UnexpectedEndOfString':
      case 'InvalidCharacter':
        throw new SyntaxProblem(at, 'found a string without an end, wanted a closing double quote on the same line');
      case 'UnexpectedEndOfComment':
        throw new SyntaxProblem(at, 'found a comment without an end, wanted "*/"');
      case 'InvalidUnicode':
      case 'InvalidEscapeCharacter':
        return this.#fail(this.#wrongEscape(at), 'an escape of JSON (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)');
      default:
        this.#refuseWord(at);
        return this.#fail(at, this.#wanted());
    }
  };

  #begin(container: Container, awaited: Awaited, at: number): void {
    if (this.#open.length >= MAX_DEPTH) throw new SyntaxProblem(at, TOO_DEEP);
    this.#put(container);
    this.#open.push(container);
    this.#awaited = awaited;
  }

  #end(bracket: string, at: number): void {
    // Where the text is cut off, the library ends all that is open before it tells so.
    if (this.#text[at] !== bracket) return;
    this.#open.pop();
    this.#awaited = 'comma';
  }

  #put(value: unknown): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) this.value = value;
    else if (Array.isArray(parent)) parent.push(value);
    // An assignment to `__proto__` would change the object instead of adding a key, which can be refused.
    else if (this.#key === '__proto__')
      Object.defineProperty(parent, this.#key, { value, enumerable: true, writable: true, configurable: true });
    else parent[this.#key] = value;
  }

  #wrongEscape(start: number): number {
    let at = this.#text.indexOf('\\', start);
    for (ESCAPE.lastIndex = at; ESCAPE.test(this.#text); ESCAPE.lastIndex = at)
      at = this.#text.indexOf('\\', ESCAPE.lastIndex);
    return at + 1;
  }

  /** A word or number that JSON does not have, `NaN` or `01`; of the second the library has read the 0 by then. */
  #refuseWord(at: number): void {
    let start = at;
    while (start > 0 && /[-+.\w]/.test(this.#text[start - 1]!)) start--;
    WORD.lastIndex = start;
    const word = WORD.exec(this.#text)?.[0];
    if (word === undefined || start + word.length <= at || (start === at && this.#awaited !== 'value')) return;
    throw new SyntaxProblem(
      start,
      `found ${JSON.stringify(word.slice(0, 100))}, wanted a value: ` +
        'a number as in 0.5 or 1e-3, true, false, null, or text in double quotes',
    );
  }

  #wanted(): string {
    if (this.#awaited === 'value') return 'a value';
    if (this.#awaited === 'key') return 'a key in double quotes';
    if (this.#awaited === 'colon') return '":"';
    const container = this.#open.at(-1);
    return container === undefined ? 'the end of the file' : Array.isArray(container) ? '"," or "]"' : '"," or "}"';
  }

  #fail(at: number, wanted: string): never {
    const found = this.#text[at];
    throw new SyntaxProblem(
      at,
      `found ${found === undefined ? 'the end of the file' : JSON.stringify(found)}, wanted ${wanted}`,
    );
  }
}
