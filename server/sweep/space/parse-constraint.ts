import type { ComparisonSign, Constraint, Linear } from './constraint.ts';
import { ExpressionReader, toConstant } from './expression-reader.ts';
import { isLossParameter, isSettingName, toParameterName } from '../parameter-names.ts';
import { toFound } from '../problem.ts';
import { toSuggestion } from '../suggest.ts';
import { ExpressionMistake, type Token, tokensOf } from './tokens.ts';

/**
 * Reads a chained comparison of linear expressions:
 *
 *     chain   = sum (compare sum)+        compare = < <= > >= == != ≤ ≥ ≠
 *
 * `ExpressionReader` has the rest of the grammar. In a product at most one factor holds a parameter, and none is
 * divided by.
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
    if (!(error instanceof ExpressionMistake)) throw error;
    return { problem: `found ${toFound(text)}, ${error.message}` };
  }
}

class ConstraintReader extends ExpressionReader<Linear> {
  protected readonly wanted = 'a number or a parameter';
  readonly #text: string;
  readonly #numeric: readonly string[];
  readonly #declared: readonly string[];

  constructor(text: string, numeric: readonly string[], declared: readonly string[]) {
    super(tokensOf(text, { allowed: 'numbers, parameters, + - * / ( ) and comparisons' }), text.length);
    this.#text = text;
    this.#numeric = numeric;
    this.#declared = declared;
  }

  readChain(): Constraint {
    const sides = [this.readSum(0)];
    const comparisons: ComparisonSign[] = [];
    for (let token = this.next(); token !== undefined; token = this.next()) {
      if (token.text === '=') throw this.mistake('wanted "==" for equality', token);
      const comparison = this.comparisonOf(token);
      if (comparison === null)
        throw this.mistake(`wanted a comparison or an operator before ${JSON.stringify(token.text)}`, token);
      comparisons.push(comparison);
      sides.push(this.readSum(0));
    }
    if (comparisons.length === 0) throw this.mistake('wanted a comparison, as in "gamma > alpha > beta"', undefined);
    return { text: this.#text, sides, comparisons };
  }

  protected constant(token: Token): Linear {
    return { terms: [], constant: toConstant(token) };
  }

  protected named(token: Token): Linear {
    return { terms: [[this.#toParameter(token), 1]], constant: 0 };
  }

  protected bracketed(depth: number): Linear {
    return this.readSum(depth);
  }

  protected negate(_: Token, value: Linear): Linear {
    return scale(value, -1);
  }

  protected combine(sign: Token, left: Linear, right: Linear): Linear {
    if (sign.text === '+') return add(left, right, 1);
    if (sign.text === '-') return add(left, right, -1);
    return sign.text === '*' ? this.#multiply(sign, left, right) : this.#divide(sign, left, right);
  }

  #multiply(sign: Token, a: Linear, b: Linear): Linear {
    if (a.terms.length > 0 && b.terms.length > 0)
      throw this.mistake('wanted a linear expression: parameters are not multiplied with each other', sign);
    return a.terms.length > 0 ? scale(a, b.constant) : scale(b, a.constant);
  }

  #divide(sign: Token, a: Linear, b: Linear): Linear {
    if (b.terms.length > 0) throw this.mistake('wanted a linear expression: nothing is divided by a parameter', sign);
    if (b.constant === 0) throw this.mistake('wanted a divisor that is not 0', sign);
    return scale(a, 1 / b.constant);
  }

  #toParameter(token: Token): string {
    const written = token.text;
    const name = toParameterName(written);
    if (this.#numeric.includes(name)) return name;
    if (this.#declared.includes(name))
      throw this.mistake(`wanted parameters whose values are numbers, which ${JSON.stringify(written)} is not`, token);
    const suggestion = toSuggestion(name, this.#numeric);
    const known = isLossParameter(name) || isSettingName(name) ? ' (declare it under parameters first)' : '';
    throw this.mistake(
      `wanted parameters of this definition, which ${JSON.stringify(written)} is not${suggestion || known}`,
      token,
    );
  }
}

function add(a: Linear, b: Linear, factor: number): Linear {
  const terms = new Map(a.terms);
  for (const [name, coefficient] of b.terms) terms.set(name, (terms.get(name) ?? 0) + factor * coefficient);
  return { terms: [...terms], constant: a.constant + factor * b.constant };
}

function scale(a: Linear, factor: number): Linear {
  return { terms: a.terms.map(([name, coefficient]) => [name, coefficient * factor]), constant: a.constant * factor };
}
