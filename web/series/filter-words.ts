import type { SweepDetail } from '../../server/http/schemas/sweep.ts';

/** The words of filters that no sweep has to have. */
export const FIXED_WORDS = [
  'and',
  'or',
  'not',
  'arm',
  'tag',
  'seed',
  'seconds',
  'batch',
  'batches',
  'state',
  'engine',
  'device',
  'error',
  'note',
  'run',
  'ablation',
  'waiting',
  'running',
  'complete',
  'failed',
  'diverged',
  'cancelled',
  'control',
  'starred',
  'reused',
  'dead',
];

/** Every word that a filter of the runs of a sweep may have. */
export function filterWords({ armList, metrics }: Pick<SweepDetail, 'armList' | 'metrics'>): string[] {
  return [
    ...Object.keys(armList[0]?.params ?? {}),
    ...metrics.flatMap((metric) => ['last', 'best', 'delta'].map((which) => `${which}(${metric})`)),
    ...FIXED_WORDS,
  ];
}

/** What the filter would be with its last word completed, for every word that begins like it. */
export function completions(filter: string, words: readonly string[]): string[] {
  const [, before, begun] = /^(.*?)([\p{L}_][\p{L}\p{N}_./(]*)?$/su.exec(filter) ?? ['', filter, undefined];
  const isQuoted = (before!.match(/"/g) ?? []).length % 2 === 1;
  if (isQuoted) return [];
  const start = begun?.toLowerCase() ?? '';
  return words.filter((word) => word.toLowerCase().startsWith(start) && word !== begun).map((word) => before + word);
}

/** The shorter choices, taken away: whoever writes a filter has said all in it. */
export const NO_SHORT_CHOICES = { arm: null, seed: null, state: null, q: null, page: null };

/** The filter that an address asks for, also by the shorter choices that links to the runs make. */
export function filterOf(query: URLSearchParams): string {
  const of = (name: string): string => query.get(name) ?? '';
  const oneOf = (name: string, toText: (value: string) => string): string[] => {
    const values = of(name)
      .split(',')
      .filter((value) => value !== '');
    const text = values.map((value) => `${name} = ${toText(value)}`).join(' or ');
    return values.length === 0 ? [] : [values.length === 1 ? text : `(${text})`];
  };
  const choices = [
    ...oneOf('arm', (value) => value),
    ...oneOf('seed', (value) => value),
    ...oneOf('state', (value) => `"${value}"`),
    ...(of('q') === '' ? [] : [`arm ~ "${of('q').replaceAll('"', '')}"`]),
  ];
  const filter = of('filter');
  if (choices.length === 0) return filter;
  return [...(filter === '' ? [] : [`(${filter})`]), ...choices].join(' and ');
}
