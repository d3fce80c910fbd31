import type { ComparisonSign } from './constraint.ts';
import { ExpressionMistake, type Token } from './tokens.ts';

const COMPARISONS: Record<string, ComparisonSign> = {
  '<': '<',
  '<=': '<=',
  '≤': '<=',
  '>': '>',
  '>=': '>=',
  '≥': '>=',
  '==': '==',
  '!=': '!=',
  '≠': '!=',
};
const MAX_DEPTH = 50;

/**
 * The sums and comparisons of constraints and filters:
 *
 *     sum     = product ((+ | -) product)*
 *     product = unary ((* | /) unary)*
 *     unary   = - unary | + unary | ( … ) | number | name
 *
 * What a number, a name and a sum of them are, the grammar says that extends this one.
 */
export abstract class ExpressionReader<Value> {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;

  /** @param end where the text ends */
  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  protected abstract constant(token: Token): Value;
  /** Anything but a number, a sign or a bracket. */
  protected abstract named(token: Token, depth: number): Value;
  /** What stands between brackets. */
  protected abstract bracketed(depth: number): Value;
  /** @param sign the token of the sign */
  protected abstract combine(sign: Token, left: Value, right: Value): Value;
  protected abstract negate(sign: Token, value: Value): Value;
  /** What can stand where a value is wanted. */
  protected abstract readonly wanted: string;

  protected readSum(depth: number): Value {
    let sum = this.#readProduct(depth);
    for (;;) {
      const sign = this.take('+') ?? this.take('-');
      if (sign === null) return sum;
      sum = this.combine(sign, sum, this.#readProduct(depth));
    }
  }

  #readProduct(depth: number): Value {
    let product = this.#readUnary(depth);
    for (;;) {
      const sign = this.take('*') ?? this.take('/');
      if (sign === null) return product;
      product = this.combine(sign, product, this.#readUnary(depth));
    }
  }

  #readUnary(depth: number): Value {
    this.checkDepth(depth);
    const sign = this.take('-');
    if (sign) return this.negate(sign, this.#readUnary(depth + 1));
    if (this.take('+')) return this.#readUnary(depth + 1);
    if (this.take('(')) {
      const inner = this.bracketed(depth + 1);
      if (!this.take(')')) throw this.mistake('wanted ")"', this.peek());
      return inner;
    }
    const token = this.next();
    if (token?.kind === 'number') return this.constant(token);
    if (token !== undefined && token.kind !== 'sign') return this.named(token, depth);
    throw this.mistake(
      `wanted ${this.wanted} ${token === undefined ? 'at the end' : `before ${JSON.stringify(token.text)}`}`,
      token,
    );
  }

  protected checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw this.mistake(`wanted at most ${MAX_DEPTH} levels of brackets and signs`, this.peek());
  }

  /** The next token is taken if it is this sign, or this word. */
  protected take(text: string, kind: 'sign' | 'name' = 'sign'): Token | null {
    const token = this.peek();
    if (token?.kind !== kind || token.text !== text) return null;
    this.#at++;
    return token;
  }

  protected peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  protected next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  protected comparisonOf(token: Token | undefined): ComparisonSign | null {
    return token?.kind === 'sign' && Object.hasOwn(COMPARISONS, token.text) ? COMPARISONS[token.text]! : null;
  }

  /** @param token where it is; undefined: at the end of the text */
  protected mistake(message: string, token: { at: number; length: number } | undefined): ExpressionMistake {
    return new ExpressionMistake(message, token ?? { at: this.#end, length: 0 });
  }
}

/**
 * The value of a number, which must be finite: Infinity would make a comparison always or never true, and Infinity −
 * Infinity is NaN, with which no comparison is true.
 */
export function toConstant(token: Token): number {
  const value = Number(token.text);
  if (!Number.isFinite(value)) throw new ExpressionMistake(`wanted finite numbers, which ${token.text} is not`, token);
  return value;
}
