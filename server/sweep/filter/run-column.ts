import { METRICS, parseMetric } from '../metrics.ts';
import { toParameterName } from '../parameter-names.ts';
import { suggest, toSuggestion } from '../suggest.ts';
import { type FilterVocabulary, OF_METRICS, type OfMetric } from './filter-words.ts';

/** Columns of a table of runs that are neither parameters nor metrics. */
export const PLAIN_COLUMNS = [
  'id',
  'arm',
  'name',
  'control',
  'seed',
  'state',
  'engine',
  'device',
  'seconds',
  'batch',
  'batches',
  'error',
  'startedAt',
  'finishedAt',
] as const;

export type PlainColumn = (typeof PLAIN_COLUMNS)[number];

/** A column of a table of runs; its key is what lists are sorted by. */
export type RunColumn = { key: string } & (
  | { kind: 'plain'; name: PlainColumn }
  | { kind: 'parameter'; name: string }
  | { kind: 'metric'; which: OfMetric; metric: string }
);

/** Reads `beta`, `β`, `seed`, `last(val/accuracy)` or `last:val/accuracy`. */
export function parseRunColumn(
  written: string,
  { parameters, own }: FilterVocabulary,
): { column: RunColumn } | { problem: string } {
  const text = written.trim();
  const [, which, inBrackets, afterColon] = /^(last|best|delta)(?:\((.*)\)|:(.*))$/s.exec(text) ?? [];
  if (which !== undefined) {
    const parsed = parseMetric((inBrackets ?? afterColon)!.trim(), own);
    if ('problem' in parsed) return { problem: parsed.problem };
    const metric = parsed.metric.name;
    return { column: { kind: 'metric', which: which as OfMetric, metric, key: `${which}:${metric}` } };
  }
  const name = toParameterName(text);
  if (Object.hasOwn(parameters, name)) return { column: { kind: 'parameter', name, key: name } };
  const plain = PLAIN_COLUMNS.find((each) => each === name);
  if (plain !== undefined) return { column: { kind: 'plain', name: plain, key: plain } };
  const metric = suggest(
    text,
    [...METRICS, ...own].map((each) => each.name),
  );
  const known = [...PLAIN_COLUMNS, ...Object.keys(parameters)];
  const hint = toSuggestion(text, known) || (metric === null ? '' : ` — did you mean last(${metric})?`);
  return {
    problem:
      `found ${JSON.stringify(text)}, wanted a column` +
      (hint || ` (${known.join(', ')}, ${OF_METRICS.map((word) => `${word}(METRIC)`).join(', ')})`),
  };
}
