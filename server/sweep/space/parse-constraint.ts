import type { ComparisonSign, Constraint, Linear } from './constraint.ts';
import { isLossParameter, isSettingName, toParameterName } from '../parameter-names.ts';
import { toFound } from '../problem.ts';
import { toSuggestion } from '../suggest.ts';

/**
 * Reads a chained comparison of linear expressions:
 *
 *     chain   = sum (compare sum)+        compare = < <= > >= == != ≤ ≥ ≠
 *     sum     = product ((+ | -) product)*
 *     product = unary ((* | /) unary)*    linear: at most one factor holds a parameter, and it is never divided by
 *     unary   = - unary | + unary | number | parameter | ( sum )
 *
 * The signs that tables print are understood too: − is -, × and · are *.
 *
 * @param numeric parameters whose values are numbers
 * @param declared all parameters
 * @returns the constraint, or a problem: what was found and what is wanted
 */
export function parseConstraint(
  text: string,
  numeric: readonly string[],
  declared: readonly string[],
): { constraint: Constraint } | { problem: string } {
  try {
    return { constraint: new ConstraintReader(text, numeric, declared).readChain() };
  } catch (error) {
    if (!(error instanceof ConstraintMistake)) throw error;
    return { problem: `found ${toFound(text)}, ${error.message}` };
  }
}

class ConstraintMistake extends Error {}

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
const NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const WORD = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const SIGN = String.raw`<=|>=|==|!=|[-+*/()<>=≤≥≠]`;
const TOKEN = new RegExp(String.raw`\s*(?:(${NUMBER})|(${WORD}(?:\.${WORD})*)|(${SIGN}))`, 'uy');
const MAX_DEPTH = 50;

interface Token {
  kind: 'number' | 'name' | 'sign';
  text: string;
}

class ConstraintReader {
  readonly #text: string;
  readonly #numeric: readonly string[];
  readonly #declared: readonly string[];
  readonly #tokens: Token[];
  #at = 0;

  constructor(text: string, numeric: readonly string[], declared: readonly string[]) {
    this.#text = text;
    this.#numeric = numeric;
    this.#declared = declared;
    this.#tokens = tokensOf(text.replaceAll('−', '-').replace(/[×·]/g, '*'));
  }

  readChain(): Constraint {
    const sides = [this.#readSum(0)];
    const comparisons: ComparisonSign[] = [];
    while (this.#at < this.#tokens.length) {
      const { text } = this.#tokens[this.#at++]!;
      if (text === '=') throw new ConstraintMistake('wanted "==" for equality');
      if (!Object.hasOwn(COMPARISONS, text))
        throw new ConstraintMistake(`wanted a comparison or an operator before ${JSON.stringify(text)}`);
      comparisons.push(COMPARISONS[text]!);
      sides.push(this.#readSum(0));
    }
    if (comparisons.length === 0) throw new ConstraintMistake('wanted a comparison, as in "gamma > alpha > beta"');
    return { text: this.#text, sides, comparisons };
  }

  #readSum(depth: number): Linear {
    let sum = this.#readProduct(depth);
    for (;;) {
      if (this.#take('+')) sum = add(sum, this.#readProduct(depth), 1);
      else if (this.#take('-')) sum = add(sum, this.#readProduct(depth), -1);
      else return sum;
    }
  }

  #readProduct(depth: number): Linear {
    let product = this.#readUnary(depth);
    for (;;) {
      if (this.#take('*')) product = multiply(product, this.#readUnary(depth));
      else if (this.#take('/')) product = divide(product, this.#readUnary(depth));
      else return product;
    }
  }

  #readUnary(depth: number): Linear {
    if (depth > MAX_DEPTH) throw new ConstraintMistake(`wanted at most ${MAX_DEPTH} levels of brackets and signs`);
    if (this.#take('-')) return scale(this.#readUnary(depth + 1), -1);
    if (this.#take('+')) return this.#readUnary(depth + 1);
    if (this.#take('(')) {
      const inner = this.#readSum(depth + 1);
      if (!this.#take(')')) throw new ConstraintMistake('wanted ")"');
      return inner;
    }
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'number') return { terms: [], constant: toConstant(token.text) };
    if (token?.kind === 'name') return { terms: [[this.#toParameter(token.text), 1]], constant: 0 };
    throw new ConstraintMistake(
      `wanted a number or a parameter ${token === undefined ? 'at the end' : `before ${JSON.stringify(token.text)}`}`,
    );
  }

  #toParameter(written: string): string {
    const name = toParameterName(written);
    if (this.#numeric.includes(name)) return name;
    if (this.#declared.includes(name))
      throw new ConstraintMistake(
        `wanted parameters whose values are numbers, which ${JSON.stringify(written)} is not`,
      );
    const suggestion = toSuggestion(name, this.#numeric);
    const known = isLossParameter(name) || isSettingName(name) ? ' (declare it under parameters first)' : '';
    throw new ConstraintMistake(
      `wanted parameters of this definition, which ${JSON.stringify(written)} is not${suggestion || known}`,
    );
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at++;
    return true;
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const [foreign] = text.slice(start).trimStart();
      throw new ConstraintMistake(
        `wanted numbers, parameters, + - * / ( ) and comparisons, which ${JSON.stringify(foreign)} is not`,
      );
    }
    const [, number, name, sign] = match;
    tokens.push(
      number !== undefined
        ? { kind: 'number', text: number }
        : name !== undefined
          ? { kind: 'name', text: name }
          : { kind: 'sign', text: sign! },
    );
  }
  return tokens;
}

/**
 * The value of a number, which must be finite: Infinity would make a comparison always or never true, and Infinity −
 * Infinity is NaN, with which no comparison is true.
 */
function toConstant(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ConstraintMistake(`wanted finite numbers, which ${text} is not`);
  return value;
}

function add(a: Linear, b: Linear, factor: number): Linear {
  const terms = new Map(a.terms);
  for (const [name, coefficient] of b.terms) terms.set(name, (terms.get(name) ?? 0) + factor * coefficient);
  return { terms: [...terms], constant: a.constant + factor * b.constant };
}

function scale(a: Linear, factor: number): Linear {
  return { terms: a.terms.map(([name, coefficient]) => [name, coefficient * factor]), constant: a.constant * factor };
}

function multiply(a: Linear, b: Linear): Linear {
  if (a.terms.length > 0 && b.terms.length > 0)
    throw new ConstraintMistake('wanted a linear expression: parameters are not multiplied with each other');
  return a.terms.length > 0 ? scale(a, b.constant) : scale(b, a.constant);
}

function divide(a: Linear, b: Linear): Linear {
  if (b.terms.length > 0) throw new ConstraintMistake('wanted a linear expression: nothing is divided by a parameter');
  if (b.constant === 0) throw new ConstraintMistake('wanted a divisor that is not 0');
  return scale(a, 1 / b.constant);
}
