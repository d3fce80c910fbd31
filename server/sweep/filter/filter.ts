import type { ParamValue } from '../arm.ts';
import { compare, type ComparisonSign } from '../space/constraint.ts';
import { hasWords } from '../search-text.ts';
import type { FlagWord, NumberWord, OfMetric, TextWord } from './filter-words.ts';

/** A condition on a run, as `parseFilter` reads it. */
export type Filter =
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; inner: Filter }
  | { kind: 'flag'; name: FlagWord }
  | { kind: 'numbers'; sides: NumberTerm[]; comparisons: ComparisonSign[] }
  | { kind: 'text'; left: TextTerm; comparison: TextComparison; right: TextTerm }
  | { kind: 'tag'; comparison: TextComparison; text: string };

/** `~`: the left side has all words of the right one. */
export type TextComparison = '==' | '!=' | '~';

export type NumberTerm =
  | { kind: 'number'; value: number }
  | { kind: 'word'; name: NumberWord | 'arm' }
  | { kind: 'parameter'; name: string }
  | { kind: 'metric'; which: OfMetric; metric: string }
  | { kind: 'operation'; sign: '+' | '-' | '*' | '/'; left: NumberTerm; right: NumberTerm };

export type TextTerm =
  { kind: 'text'; value: string } | { kind: 'word'; name: TextWord | 'arm' } | { kind: 'parameter'; name: string };

/** A run as a filter looks at it. A number that it does not have is null. */
export interface FilteredRun {
  params: Readonly<Record<string, ParamValue>>;
  arm: number;
  armName: string;
  numbers: Readonly<Record<NumberWord, number | null>>;
  texts: Readonly<Record<TextWord, string | null>>;
  flags: Readonly<Record<FlagWord, boolean>>;
  tags: readonly string[];
  metric(which: OfMetric, name: string): number | null;
}

/**
 * Whether a run passes. A comparison with a number that the run does not have is false, whatever its sign: a run
 * without an accuracy is neither above 0.9 nor below.
 */
export function passes(filter: Filter, run: FilteredRun): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => passes(part, run));
    case 'or':
      return filter.parts.some((part) => passes(part, run));
    case 'not':
      return !passes(filter.inner, run);
    case 'flag':
      return run.flags[filter.name];
    case 'numbers':
      return holdsChain(filter, run);
    case 'text':
      return compareTexts(textOf(filter.left, run), filter.comparison, textOf(filter.right, run));
    case 'tag':
      return filter.comparison === '!='
        ? !run.tags.includes(filter.text)
        : run.tags.some((tag) => compareTexts(tag, filter.comparison, filter.text));
  }
}

/** The metrics that a filter asks for, each once. */
export function metricsOfFilter(filter: Filter): { which: OfMetric; metric: string }[] {
  const found = new Map<string, { which: OfMetric; metric: string }>();
  const lookAt = (term: NumberTerm): void => {
    if (term.kind === 'metric') found.set(`${term.which} ${term.metric}`, { which: term.which, metric: term.metric });
    if (term.kind === 'operation') for (const side of [term.left, term.right]) lookAt(side);
  };
  const lookInto = (part: Filter): void => {
    if (part.kind === 'and' || part.kind === 'or') part.parts.forEach(lookInto);
    if (part.kind === 'not') lookInto(part.inner);
    if (part.kind === 'numbers') part.sides.forEach(lookAt);
  };
  lookInto(filter);
  return [...found.values()];
}

function holdsChain({ sides, comparisons }: Extract<Filter, { kind: 'numbers' }>, run: FilteredRun): boolean {
  const values = sides.map((side) => numberOf(side, run));
  return comparisons.every((comparison, i) => compare(values[i]!, comparison, values[i + 1]!));
}

/** NaN where the run does not have it: no comparison with it is true. */
function numberOf(term: NumberTerm, run: FilteredRun): number {
  switch (term.kind) {
    case 'number':
      return term.value;
    case 'word':
      return (term.name === 'arm' ? run.arm : run.numbers[term.name]) ?? NaN;
    case 'parameter': {
      const value = run.params[term.name];
      return typeof value === 'number' ? value : NaN;
    }
    case 'metric':
      return run.metric(term.which, term.metric) ?? NaN;
    case 'operation': {
      const [left, right] = [numberOf(term.left, run), numberOf(term.right, run)];
      if (term.sign === '+') return left + right;
      if (term.sign === '-') return left - right;
      return term.sign === '*' ? left * right : left / right;
    }
  }
}

function textOf(term: TextTerm, run: FilteredRun): string {
  if (term.kind === 'text') return term.value;
  if (term.kind === 'parameter') return String(run.params[term.name] ?? '');
  return (term.name === 'arm' ? run.armName : run.texts[term.name]) ?? '';
}

function compareTexts(left: string, comparison: TextComparison, right: string): boolean {
  if (comparison === '~') return hasWords(left, right);
  return (left === right) === (comparison === '==');
}
