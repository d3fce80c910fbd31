import type { Problem } from '../problem.ts';

/**
 * Reads JSON text. `JSON.parse` is not enough. Its messages differ from one version of Node to the next, often without
 * a position. And of two equal keys it silently keeps the last, which in a sweep drops an axis that somebody wrote.
 */
export function parseJson(text: string): { value: unknown } | { problem: Problem } {
  const reader = new JsonReader(text.replace(/^\uFEFF/, ' '));
  try {
    return { value: reader.readDocument() };
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

const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: Record<string, unknown> = { true: true, false: false, null: null };
/** Deeper than any definition; keeps a hostile file from exhausting the stack. */
const MAX_DEPTH = 64;

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): unknown {
    this.#skipSpace();
    const value = this.#readValue(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('the end of the file');
    return value;
  }

  #readValue(depth: number): unknown {
    if (depth > MAX_DEPTH)
      throw new SyntaxProblem(this.#at, `found more than ${MAX_DEPTH} levels of brackets, wanted a sweep definition`);
    const first = this.#text[this.#at];
    if (first === '{') return this.#readObject(depth);
    if (first === '[') return this.#readArray(depth);
    if (first === '"') return this.#readString();
    return this.#readNumberOrWord();
  }

  #readObject(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    this.#skipSpace();
    if (this.#take('}')) return object;
    for (;;) {
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') this.#fail('a key in double quotes');
      const key = this.#readString();
      if (Object.hasOwn(object, key))
        throw new SyntaxProblem(
          keyAt,
          `found the key ${JSON.stringify(key)} twice in one object, wanted each key once`,
        );
      this.#skipSpace();
      if (!this.#take(':')) this.#fail('":"');
      this.#skipSpace();
      // defineProperty, because an assignment to `__proto__` would change the object instead of adding a key, which can
      // be refused.
      Object.defineProperty(object, key, {
        value: this.#readValue(depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      });
      this.#skipSpace();
      if (this.#take('}')) return object;
      if (!this.#take(',')) this.#fail('"," or "}"');
      this.#skipSpace();
    }
  }

  #readArray(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#take(']')) return array;
    for (;;) {
      array.push(this.#readValue(depth + 1));
      this.#skipSpace();
      if (this.#take(']')) return array;
      if (!this.#take(',')) this.#fail('"," or "]"');
      this.#skipSpace();
    }
  }

  #readString(): string {
    const start = this.#at++;
    let out = '';
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char < ' ')
        throw new SyntaxProblem(start, 'found a string without an end, wanted a closing double quote on the same line');
      this.#at++;
      if (char === '"') return out;
      out += char === '\\' ? this.#readEscape() : char;
    }
  }

  #readEscape(): string {
    const char = this.#text[this.#at] ?? '';
    const hex = /^u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 5));
    if (hex) {
      this.#at += 5;
      return String.fromCharCode(parseInt(hex[1]!, 16));
    }
    if (!Object.hasOwn(ESCAPES, char)) this.#fail('an escape of JSON (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)');
    this.#at++;
    return ESCAPES[char]!;
  }

  #readNumberOrWord(): unknown {
    const token = /^[-+.\w]+/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0];
    if (token === undefined) this.#fail('a value');
    if (Object.hasOwn(WORDS, token!)) {
      this.#at += token!.length;
      return WORDS[token!];
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(token!)) {
      throw new SyntaxProblem(
        this.#at,
        `found ${JSON.stringify(token)}, wanted a value: ` +
          'a number as in 0.5 or 1e-3, true, false, null, or text in double quotes',
      );
    }
    this.#at += token!.length;
    return Number(token);
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #fail(wanted: string): never {
    const found = this.#text[this.#at];
    throw new SyntaxProblem(
      this.#at,
      `found ${found === undefined ? 'the end of the file' : JSON.stringify(found)}, wanted ${wanted}`,
    );
  }
}
