import * as z from 'zod';
import type { MetricSummary } from '../../store/reading/run-metrics.ts';
import { goal, maybe, words } from './fields.ts';
import { shape, sameShape } from './registry.ts';

export const metricGoal = shape(
  'MetricGoal',
  'A metric and the direction in which it is better',
  z.strictObject({ name: z.string().describe('such as val/accuracy'), goal }),
);

export const metricInfo = shape(
  'MetricInfo',
  'A metric of a sweep',
  z.strictObject({
    name: z.string().describe('such as val/accuracy'),
    goal: goal.nullable().describe('which direction is better; null where neither is'),
    unit: words.describe('unit of its values; `%`: shares from 0 to 1, shown in percent; null: plain numbers'),
  }),
);
export type MetricInfo = z.output<typeof metricInfo>;

export const metricList = z
  .array(metricInfo)
  .describe("its metrics, recorded or named by its definition: Cosweep's own first, then those of the definition");

const metricSummary = sameShape<MetricSummary>()(
  'MetricSummary',
  'A metric of a run in two numbers',
  z.strictObject({
    last: maybe.describe('its last value; null where that value was not finite'),
    best: maybe.describe("its best value, by the metric's own direction; null for a metric without a direction"),
    bestBatch: maybe.describe('the batch of the best value'),
  }),
);

export const runMetrics = z
  .record(z.string(), metricSummary)
  .describe('last and best of every metric that the run has recorded, by the name of the metric');
