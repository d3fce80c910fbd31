import * as z from 'zod';
import type { MetricSummary } from '../../store/reading/run-metrics.ts';
import { goal, maybe } from './fields.ts';
import { shape, sameShape } from './registry.ts';

export const metricGoal = shape(
  'MetricGoal',
  'A metric and the direction in which it is better',
  z.strictObject({ name: z.string().describe('such as val/accuracy'), goal }),
);

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
