import * as z from 'zod';
import type { Group, Panel, Picture } from '../../report/picture/picture-data.ts';
import { curve } from './curves.ts';
import { batch, count, maybe, thinnedFrom } from './fields.ts';
import { metricGoal } from './metric.ts';
import { sameShape } from './registry.ts';

export type { Group, Panel, Picture };

const line = z.array(maybe);
const batches = z.array(batch).describe('batches that the lines go by, ascending');
const seed = count.describe('the seed');

const group = sameShape<Group>()(
  'Group',
  'One arm and its differences to its control (with − without), not yet multiplied by `scale`',
  z.strictObject({
    arm: count.describe('index of the arm'),
    name: z.string().describe('name of the arm'),
    beta: z.number().describe('its β'),
    epsilon: z.number().describe('its ε'),
    label: z.string().describe('what sets the arm apart besides N: `β = 0.1`'),
    batches,
    seeds: z
      .array(z.strictObject({ seed, values: line.describe('differences of this pair by batch; null: no value') }))
      .describe('one line for each seed'),
    mean: line.describe('mean over the seeds by batch; null: no value'),
    low: line.describe('lower end of the 95 % interval of the mean; null where fewer than two pairs have a value'),
    high: line.describe('upper end of the 95 % interval of the mean; null where fewer than two pairs have a value'),
    thinnedFrom,
    leavesZeroAt: maybe.describe(
      'batch from which on the interval lies on one side of zero, to its end; null where there is no such batch',
    ),
    final: z
      .array(z.strictObject({ seed, value: z.number().describe('difference at the last evaluation') }))
      .describe('the complete pairs at their last evaluation'),
    finalMean: maybe.describe('mean of `final`; null without pairs'),
    finalLow: maybe.describe('lower end of its 95 % interval; null for a single pair'),
    finalHigh: maybe.describe('upper end of its 95 % interval; null for a single pair'),
    pMaxT: maybe.describe('p of the sign-flip test, corrected by max-T; null where the row is not tested'),
    truncated: curve.describe('mean of the truncated term over the seeds, for the strip below the panel'),
    cosine: curve.describe('mean of the intra-class cosine over the seeds, for the strip below the panel'),
    dead: z
      .array(
        z.strictObject({
          from: batch.describe('first batch of the stretch'),
          to: batch.describe('the batch before which it ends'),
        }),
      )
      .describe('stretches [from, to) in which the truncated term was 0 on every seed'),
  }),
);

const panel = sameShape<Panel>()(
  'Panel',
  'All arms of one N',
  z.strictObject({
    N: batch.describe('switch batch: up to here a pair is one run and its difference is exactly zero'),
    label: z.string().describe('N in words: `N = ½`, `N = 137`'),
    end: batch.describe('last batch of the runs'),
    groups: z.array(group).describe('the arms'),
    controlSpread: z
      .strictObject({ batches, sd: line.describe('standard deviation by batch') })
      .describe("the controls' own spread over seeds, ± sd around 0"),
  }),
);

export const picture = sameShape<Picture>()(
  'Picture',
  'The picture that answers the question: one panel for each N over a shared y (with − without), x = batch',
  z.strictObject({
    metric: metricGoal.describe('what is compared'),
    title: z.string().describe('the answer in words'),
    unit: z
      .string()
      .describe('unit of the differences once they are multiplied by `scale`: percent points of an accuracy'),
    scale: z.number().describe('the factor that differences are multiplied by on the axis'),
    yRange: z.tuple([z.number(), z.number()]).describe('lowest and highest value of the shared axis, in `unit`'),
    panels: z.array(panel).describe('one for each N, ascending'),
  }),
);
