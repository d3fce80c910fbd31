import * as z from 'zod';
import type { ConfirmReport } from '../../report/confirm/confirm-report.ts';
import { metricName } from '../parameters.ts';
import { count, goal, maybe, runState, words } from './fields.ts';
import { sameShape } from './registry.ts';

export type { ConfirmReport };

export const confirmRequest = z.strictObject({
  arm: z.int().min(0).describe('index of the arm; it must have a control'),
  seeds: z.int().min(1).max(1000).describe('how many fresh seeds; fewer than six cannot show anything'),
  metric: metricName
    .optional()
    .describe(
      "a metric of evaluations (val/…), default: the sweep's own; it is compared on the test part where there is one",
    ),
  again: z
    .boolean()
    .default(false)
    .describe('true: where the arm was confirmed before, another attempt on other fresh seeds; p counts both'),
});
export type ConfirmRequest = z.input<typeof confirmRequest>;

const side = {
  name: z.string().describe('name of the arm'),
  n: count.describe('complete runs'),
  mean: maybe.describe('mean over the complete runs; null where there is none'),
  sd: maybe.describe('standard deviation of the sample (n − 1); null with a single run'),
  diverged: count.describe('runs that diverged'),
};

export const confirmReport = sameShape<ConfirmReport>()(
  'ConfirmReport',
  'An arm and its control on fresh seeds: one paired test; the same as `cosweep confirm --json`',
  z.strictObject({
    sweepId: z.string().describe('id of the sweep that trained the fresh seeds'),
    name: z.string().describe('name of that sweep'),
    confirms: z
      .strictObject({
        sweep: z.string().describe('id of the sweep in which the arm was chosen'),
        arm: count.nullable().describe('index of the arm there; null where that sweep no longer has it'),
      })
      .describe('what is confirmed'),
    metric: z.string().describe('name of the metric that is compared'),
    unit: words.describe('unit of its values; `%`: shares from 0 to 1, shown in percent; null: none'),
    goal,
    part: z.enum(['test', 'validation']).describe('part of the data that the metric is measured on'),
    images: count.nullable().describe('images in that part; null while no run has read it'),
    seeds: z.array(count).describe('the fresh seeds'),
    arm: z
      .strictObject({
        ...side,
        dead: count.describe('complete runs whose truncated term was 0 from N to the end'),
      })
      .describe('the arm'),
    control: z.strictObject(side).describe('its control'),
    difference: z
      .strictObject({
        n: count.describe('pairs'),
        mean: z.number().describe('mean of the differences'),
        sd: maybe.describe('standard deviation of the differences; null for a single pair'),
        low: maybe.describe("lower end of Student's 95 % interval of the mean; null for a single pair"),
        high: maybe.describe('upper end of that interval; null for a single pair'),
        p: maybe.describe('p of the test; null where it is withheld'),
        better: count.describe('seeds on which the arm did better'),
      })
      .nullable()
      .describe('with − without, paired by seed; null while there is no pair'),
    test: z.string().describe('the test in words'),
    smallestP: z.number().describe('the smallest p that so many pairs allow'),
    missing: z
      .array(
        z.strictObject({
          arm: z.string().describe('name of the arm'),
          seed: count.describe('the seed'),
          state: runState.describe('where the run stands'),
        }),
      )
      .describe('runs that have no value yet, or never will'),
    notes: z.array(z.string()).describe('what a reader should know, one sentence each'),
  }),
);
