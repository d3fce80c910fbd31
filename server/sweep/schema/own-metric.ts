import { z } from 'zod';
import type { Metric } from '../metrics.ts';
import { oneOf, strict, text } from './schema-parts.ts';

const GOALS = ['maximize', 'minimize'] as const;

/** What a definition says of a metric that it names itself. */
export const ownMetricSchema = z.union(
  [
    oneOf(GOALS),
    strict({
      goal: oneOf(GOALS),
      unit: text('a unit such as "%" or "ms"')
        .max(20, 'a unit of at most 20 characters')
        .optional()
        .describe('Behind its values. %: a share from 0 to 1, which is shown in percent.'),
    }),
  ],
  '"maximize", "minimize" or {"goal": "…", "unit": "…"}',
);

/** The name of a metric: words with slashes between. */
export const METRIC_NAME = /^[\p{L}\p{N}_.@-]+(\/[\p{L}\p{N}_.@-]+)*$/u;

export const MAX_METRIC_NAME = 100;

export function isMetricName(name: string): boolean {
  return name.length <= MAX_METRIC_NAME && METRIC_NAME.test(name);
}

/** The metric that a definition names. Its first word says when it is measured, as it does in every other metric. */
export function toOwnMetric(name: string, written: z.output<typeof ownMetricSchema>): Metric {
  const { goal, unit } = typeof written === 'string' ? { goal: written, unit: undefined } : written;
  return {
    name,
    better: goal === 'maximize' ? 'higher' : 'lower',
    when: name.startsWith('train/') ? 'batch' : name.startsWith('test/') ? 'end' : 'evaluation',
    unit: unit ?? null,
  };
}
