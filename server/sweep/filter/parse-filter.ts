import { METRICS, parseMetric } from '../metrics.ts';
import { toParameterName } from '../parameter-names.ts';
import type { ComparisonSign } from '../space/constraint.ts';
import { ExpressionReader, toConstant } from '../space/expression-reader.ts';
import { ExpressionMistake, type Token, tokensOf } from '../space/tokens.ts';
import { suggest, toSuggestion } from '../suggest.ts';
import type { Filter, NumberTerm, TextComparison, TextTerm } from './filter.ts';
import {
  type FilterVocabulary,
  FLAGS,
  NUMBERS,
  OF_METRICS,
  type OfMetric,
  OTHERS,
  STATES,
  TEXTS,
} from './filter-words.ts';

const LONGEST_FILTER = 1_000;

/** What is wrong with a filter, and where: `at` counts characters from 0; at the end of the text `length` is 0. */
export interface FilterProblem {
  problem: string;
  at: number;
  length: number;
}

/**
 * Reads a filter of runs: the comparisons of constraints, over more words, with `and`, `or`, `not` and brackets.
 *
 *     either     = both (or both)*
 *     both       = condition (and condition)*
 *     condition  = not condition | flag | sum (compare sum)+ | text (= | != | ~) text | ( either )
 *
 * A single `=` is equality too, and texts are quoted: `beta >= 0.3 and last(val/accuracy) > 0.97 and tag = "x"`.
 */
export function parseFilter(text: string, vocabulary: FilterVocabulary): { filter: Filter } | FilterProblem {
  try {
    if (text.length > LONGEST_FILTER)
      throw new ExpressionMistake(`wanted at most ${LONGEST_FILTER} characters`, { at: LONGEST_FILTER, length: 1 });
    return { filter: new FilterReader(text, vocabulary).readAll() };
  } catch (error) {
    if (!(error instanceof ExpressionMistake)) throw error;
    const { at, length, message } = error;
    const isEnd = length === 0;
    const problem = isEnd
      ? `at the end: ${message.replace(/ at the end$/, '')}`
      : `at character ${at + 1}: found ${JSON.stringify(text.slice(at, at + length))}, ${message}`;
    return { problem, at, length };
  }
}

/** What stands at a place, and the tokens that it is made of. */
type Part = { at: number; length: number } & (
  | { kind: 'condition'; filter: Filter }
  | { kind: 'number'; term: NumberTerm }
  | { kind: 'text'; term: TextTerm }
  | { kind: 'arm' }
  | { kind: 'tag' }
);

class FilterReader extends ExpressionReader<Part> {
  protected readonly wanted = 'a condition, a number or a text';
  readonly #vocabulary: FilterVocabulary;

  constructor(text: string, vocabulary: FilterVocabulary) {
    super(
      tokensOf(text, {
        allowed: 'words, numbers, texts in quotes, + - * / ( ) ~, comparisons, and, or, not',
        texts: true,
        ofMetrics: OF_METRICS,
      }),
      text.length,
    );
    this.#vocabulary = vocabulary;
  }

  readAll(): Filter {
    const filter = this.#toCondition(this.#readEither(0));
    const token = this.peek();
    if (token) throw this.mistake('wanted "and" or "or" before it', token);
    return filter;
  }

  #readEither(depth: number): Part {
    return this.#readJoined('or', () => this.#readBoth(depth));
  }

  #readBoth(depth: number): Part {
    return this.#readJoined('and', () => this.#readCondition(depth));
  }

  #readJoined(word: 'and' | 'or', read: () => Part): Part {
    const first = read();
    const parts = [first];
    while (this.take(word, 'name')) parts.push(read());
    if (parts.length === 1) return first;
    return { ...first, kind: 'condition', filter: { kind: word, parts: parts.map((part) => this.#toCondition(part)) } };
  }

  #readCondition(depth: number): Part {
    this.checkDepth(depth);
    const not = this.take('not', 'name');
    if (not) {
      const inner = this.#toCondition(this.#readCondition(depth + 1));
      return { ...not, kind: 'condition', filter: { kind: 'not', inner } };
    }
    const first = this.readSum(depth);
    const signs: { token: Token; comparison: ComparisonSign | '~' }[] = [];
    const sides = [first];
    for (let sign = this.#takeComparison(); sign !== null; sign = this.#takeComparison()) {
      signs.push(sign);
      sides.push(this.readSum(depth));
    }
    if (signs.length === 0) return first;
    return { ...first, kind: 'condition', filter: this.#toComparison(sides, signs) };
  }

  #takeComparison(): { token: Token; comparison: ComparisonSign | '~' } | null {
    const token = this.peek();
    const comparison = token?.kind !== 'sign' ? null : (EQUALS[token.text] ?? this.comparisonOf(token));
    if (comparison === null) return null;
    return { token: this.next()!, comparison };
  }

  #toComparison(sides: Part[], signs: { token: Token; comparison: ComparisonSign | '~' }[]): Filter {
    const isText =
      sides.some(({ kind }) => kind === 'text' || kind === 'tag') || signs.some(({ comparison }) => comparison === '~');
    if (!isText)
      return {
        kind: 'numbers',
        sides: sides.map((side) => this.#toNumber(side)),
        comparisons: signs.map(({ comparison }) => comparison as ComparisonSign),
      };
    const [sign, further] = signs as [(typeof signs)[0], (typeof signs)[0] | undefined];
    if (further) throw this.mistake('wanted one comparison of texts, and "and" before the next', further.token);
    const { comparison } = sign;
    if (!isTextComparison(comparison)) throw this.mistake('wanted =, != or ~ between texts', sign.token);
    const [left, right] = sides as [Part, Part];
    if (left.kind === 'tag' || right.kind === 'tag') {
      const other = this.#toText(left.kind === 'tag' ? right : left);
      if (other.kind !== 'text')
        throw this.mistake('wanted a tag in quotes beside "tag"', left.kind === 'tag' ? right : left);
      return { kind: 'tag', comparison, text: other.value };
    }
    const filter: Filter = { kind: 'text', left: this.#toText(left), comparison, right: this.#toText(right) };
    if (comparison !== '~') this.#checkState(left, right);
    return filter;
  }

  /** A state that no run can have would silently find nothing. */
  #checkState(...sides: [Part, Part]): void {
    const isState = ({ kind, term }: { kind: string; term?: unknown }) =>
      kind === 'text' && (term as TextTerm).kind === 'word' && (term as { name: string }).name === 'state';
    for (const [one, other] of [sides, [sides[1], sides[0]] as const]) {
      if (!isState(one) || other.kind !== 'text' || other.term.kind !== 'text') continue;
      const state = other.term.value;
      if (!(STATES as readonly string[]).includes(state))
        throw this.mistake(`wanted a state: ${STATES.join(', ')}${toSuggestion(state, STATES)}`, other);
    }
  }

  protected constant(token: Token): Part {
    return { ...placeOf(token), kind: 'number', term: { kind: 'number', value: toConstant(token) } };
  }

  protected bracketed(depth: number): Part {
    return this.#readEither(depth);
  }

  protected negate(sign: Token, value: Part): Part {
    return this.combine(sign, { ...placeOf(sign), kind: 'number', term: { kind: 'number', value: 0 } }, value);
  }

  protected combine(sign: Token, left: Part, right: Part): Part {
    const term: NumberTerm = {
      kind: 'operation',
      sign: sign.text as '+' | '-' | '*' | '/',
      left: this.#toNumber(left),
      right: this.#toNumber(right),
    };
    return { ...placeOf(left), kind: 'number', term };
  }

  protected named(token: Token): Part {
    const place = placeOf(token);
    if (token.kind === 'text') return { ...place, kind: 'text', term: { kind: 'text', value: token.text } };
    const name = toParameterName(token.text);
    if (isOneOf(OF_METRICS, name) && this.peek()?.text === '(') return this.#readMetric(token, name);
    if (name === 'arm' || name === 'tag') return { ...place, kind: name };
    if (isOneOf(FLAGS, name)) return { ...place, kind: 'condition', filter: { kind: 'flag', name } };
    if (isOneOf(NUMBERS, name)) return { ...place, kind: 'number', term: { kind: 'word', name } };
    if (isOneOf(TEXTS, name)) return { ...place, kind: 'text', term: { kind: 'word', name } };
    const { parameters } = this.#vocabulary;
    if (Object.hasOwn(parameters, name))
      return parameters[name] === 'number'
        ? { ...place, kind: 'number', term: { kind: 'parameter', name } }
        : { ...place, kind: 'text', term: { kind: 'parameter', name } };
    throw this.mistake(`wanted a word of runs${this.#suggestionFor(token)}`, token);
  }

  #readMetric(word: Token, which: OfMetric): Part {
    this.take('(');
    const token = this.next();
    if (token?.kind !== 'metric' && token?.kind !== 'text')
      throw this.mistake(`wanted the name of a metric, as in ${which}(val/accuracy)`, token);
    const parsed = parseMetric(token.text, this.#vocabulary.own);
    if ('problem' in parsed) throw this.mistake(parsed.problem.replace(/^found .*?, (?=wanted)/, ''), token);
    if (parsed.metric.when === 'derived') throw this.mistake('wanted a metric that a single run has', token);
    if (!this.take(')')) throw this.mistake('wanted ")"', this.peek());
    return { ...placeOf(word), kind: 'number', term: { kind: 'metric', which, metric: parsed.metric.name } };
  }

  /** A metric is written within `last(…)`; so is one that is written as W&B does. */
  #suggestionFor(token: Token): string {
    const metrics = [...METRICS, ...this.#vocabulary.own].map(({ name }) => name);
    const [slash, second] = [this.peek(), this.peek(1)];
    const whole = slash?.text === '/' && second?.kind === 'name' ? `${token.text}/${second.text}` : token.text;
    const words = [
      ...Object.keys(this.#vocabulary.parameters),
      ...NUMBERS,
      ...TEXTS,
      ...FLAGS,
      ...OTHERS,
      ...OF_METRICS,
    ];
    const word = whole === token.text ? toSuggestion(token.text, words) : '';
    if (word !== '') return word;
    const metric = suggest(whole, metrics);
    if (metric !== null) return ` — did you mean last(${metric})?`;
    const parameters = Object.keys(this.#vocabulary.parameters).join(', ');
    const metricWords = OF_METRICS.map((which) => `${which}(METRIC)`).join(', ');
    const others = [...NUMBERS, ...TEXTS, ...OTHERS, ...FLAGS].join(', ');
    return `: a parameter (${parameters}), ${metricWords}, ${others}`;
  }

  #toCondition(part: Part): Filter {
    if (part.kind === 'condition') return part.filter;
    throw this.mistake('wanted a comparison after it, as in beta >= 0.3', part);
  }

  #toNumber(part: Part): NumberTerm {
    if (part.kind === 'number') return part.term;
    if (part.kind === 'arm') return { kind: 'word', name: 'arm' };
    throw this.mistake(
      part.kind === 'condition' ? `wanted a number${quoteHint(part.filter)}` : 'wanted a number',
      part,
    );
  }

  #toText(part: Part): TextTerm {
    if (part.kind === 'text') return part.term;
    if (part.kind === 'arm') return { kind: 'word', name: 'arm' };
    throw this.mistake(`wanted a text in quotes${part.kind === 'condition' ? quoteHint(part.filter) : ''}`, part);
  }
}

const EQUALS: Record<string, '==' | '~' | undefined> = { '=': '==', '~': '~' };

function isTextComparison(comparison: ComparisonSign | '~'): comparison is TextComparison {
  return comparison === '==' || comparison === '!=' || comparison === '~';
}

function isOneOf<Word extends string>(words: readonly Word[], name: string): name is Word {
  return (words as readonly string[]).includes(name);
}

function placeOf({ at, length }: { at: number; length: number }): { at: number; length: number } {
  return { at, length };
}

/** `state = failed` lacks quotes: the word by itself is a condition. */
function quoteHint(filter: Filter): string {
  return filter.kind === 'flag' ? `, "${filter.name}": without quotes it is a condition by itself` : '';
}
