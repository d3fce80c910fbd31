import * as z from 'zod';
import type { ArmCurve, ArmCurves, Line, MeanLine } from '../../report/curves/arm-curves.ts';
import { count, maybe, thinnedFrom } from './fields.ts';
import { sameShape } from './registry.ts';

export type { ArmCurve, ArmCurves, Line, MeanLine };

const xAxis = z.enum(['batch', 'epoch', 'seconds', 'switch']);
const xs = z.array(z.number()).describe('places on the x axis, ascending');

const line = sameShape<Line>()(
  'Line',
  'One line of single values',
  z.strictObject({ x: xs, y: z.array(maybe).describe('null: no finite value'), thinnedFrom }),
);

const meanLine = sameShape<MeanLine>()(
  'MeanLine',
  'Mean and band over seeds',
  z.strictObject({
    x: xs,
    n: z.array(count).describe('seeds with a finite value there'),
    mean: z.array(maybe).describe('mean over these seeds; null without one'),
    low: z.array(maybe).describe('lower edge of the band; null for a single seed'),
    high: z.array(maybe).describe('upper edge of the band; null for a single seed'),
    thinnedFrom,
  }),
);

const armCurve = sameShape<ArmCurve>()(
  'ArmCurve',
  'An arm, its control and their difference',
  z.strictObject({
    arm: count.describe('index of the arm'),
    name: z.string().describe('name of the arm'),
    switchAt: maybe.describe('where the phase begins on the x axis; null where it is never in force'),
    with: meanLine.describe('the arm'),
    without: meanLine.nullable().describe('its control; null where it has none'),
    difference: meanLine.nullable().describe('with − without, paired by seed; null without a pair'),
    seeds: z
      .array(
        z.strictObject({
          seed: count.describe('the seed'),
          with: line.describe('the arm'),
          without: line.nullable().describe('its control'),
          difference: line.nullable().describe('with − without'),
        }),
      )
      .describe('lines of single seeds; empty unless `band` is seeds'),
  }),
);

export const armCurvesAnswer = sameShape<ArmCurves>()(
  'ArmCurves',
  'Curves of chosen arms with and without the phase, and what the other arms do behind them',
  z.strictObject({
    metric: z.string().describe('name of the metric'),
    band: z.enum(['sd', 'se', 'interval', 'range', 'seeds']).describe('what the band says of the seeds'),
    x: xAxis.describe('what the curves go by; batch where the axis that was asked for is not known'),
    axes: z.array(xAxis).describe('the axes that are known of this sweep'),
    arms: z.array(armCurve).describe('the chosen arms that have a curve'),
    others: z
      .array(
        z.strictObject({ name: z.string().describe('name of the arm'), line: meanLine.describe('its mean alone') }),
      )
      .describe('the other arms with the phase, where they are a dozen at most'),
    spread: z
      .strictObject({
        arms: count.describe('how many arms'),
        line: meanLine.describe('median of their means, and the 10 % and 90 % quantiles as its band'),
      })
      .nullable()
      .describe('all other arms with the phase, where they are more; null otherwise'),
  }),
);
