import * as z from 'zod';
import type { ShownFactors } from '../../report/factors/shown-factors.ts';
import { count, paramValue } from './fields.ts';
import { sameShape } from './registry.ts';

export type { ShownFactors, ShownMap, ShownMapCell, ShownSlice } from '../../report/factors/shown-factors.ts';

const pText = z.string().nullable().describe('p in words; null where it could not reach 0.05');
const interval = z.tuple([z.number(), z.number()]);

const change = {
  mean: z.number().describe('mean difference'),
  interval: interval.nullable().describe("Student's 95 % interval; null for a single seed"),
  text: z.string().describe('mean and interval in words'),
};

const factor = z.strictObject({
  name: z.string().describe('name of the parameter'),
  symbol: z.string().describe('as it is shown'),
});

const importance = z.strictObject({
  factor: z.string().describe('name of the parameter, or of a difference of two'),
  symbol: z.string().describe('as it is shown'),
  size: z.number().describe('standard deviation of the difference over the levels, without the part of the seeds'),
  interval: interval.describe('95 % interval by the jackknife over seeds'),
  text: z.string().describe('size and interval in words'),
  p: pText,
});

const slice = z.strictObject({
  factor: z.string().describe('name of the parameter'),
  isBalanced: z.boolean().describe('false: the levels have too few settings in common, so there are steps alone'),
  note: z.string().describe('what is averaged over'),
  levels: z
    .array(
      z.strictObject({
        value: paramValue.describe('value of the parameter'),
        ...change,
        p: pText,
        isSignificant: z.boolean().describe('true where p, over the levels, is under 0.05'),
      }),
    )
    .describe('mean difference to the control at each level; empty where it is not balanced'),
  steps: z
    .array(
      z.strictObject({
        from: paramValue.describe('lower level'),
        to: paramValue.describe('next level'),
        settings: count.describe('settings of the other parameters that both levels have'),
        change: z.strictObject(change).nullable().describe('null where they have none in common'),
      }),
    )
    .describe('change from each level to the next; empty where it is balanced'),
  contrast: z.string().nullable().describe('the largest difference between two levels in words'),
});

const emptyCell = z.strictObject({
  kind: z.enum(['infeasible', 'notRun']).describe('left out by the constraints, or without a pair'),
});

const shownCell = z.strictObject({
  kind: z.enum(['shown', 'dead']).describe('dead: the truncated term was 0 in every run'),
  n: count.describe('seeds'),
  arms: z.array(count).describe('indices of the arms that are averaged over'),
  ...change,
  p: pText,
  isSignificant: z.boolean().describe('true where p, over the cells of the map, is under 0.05'),
  isUncertain: z.boolean().describe('true where the interval includes 0, or there is none'),
  isBalanced: z.boolean().describe('false where it averages over other settings than most cells do'),
  tone: z.int().min(-4).max(4).describe('colour from −4 (worse) to 4 (better)'),
});

export const factors = sameShape<ShownFactors>()(
  'Factors',
  'How the difference to the control depends on the parameters',
  z.strictObject({
    metric: z.string().describe('the metric that is judged'),
    at: z.enum(['last', 'best']).describe('the value of a run: its last evaluation or its best'),
    unit: z.string().describe('points for accuracies, else nothing'),
    better: z.enum(['above', 'below']).nullable().describe('on which side of 0 a difference is better'),
    factors: z.array(factor).describe('the parameters that vary'),
    slices: z.array(slice).describe('the difference along each parameter, averaged over the others'),
    importance: z.array(importance).describe('how much the difference varies with each, the largest first'),
    distances: z
      .array(importance)
      .nullable()
      .describe('the same with γ − α and α − β in place of α and β; null where they do not vary'),
    trends: z
      .array(
        z.strictObject({
          factor: z.string().describe('name of the parameter'),
          symbol: z.string().describe('as it is shown'),
          rho: z.number().describe("Spearman's ρ between the parameter and an arm's mean difference"),
          arms: count.describe('arms that have both'),
          p: z.string().nullable().describe('p in words, corrected; null under ten arms a parameter'),
        }),
      )
      .describe('of the parameters that were drawn at random'),
    map: z
      .strictObject({
        x: factor.describe('parameter of the columns'),
        y: factor.describe('parameter of the rows'),
        columns: z.array(paramValue).describe('values of x'),
        rows: z.array(paramValue).describe('values of y'),
        limit: z.number().describe('end of the scale of colours on either side of 0'),
        cells: z.array(z.array(z.union([emptyCell, shownCell]))).describe('by row, then by column'),
      })
      .nullable()
      .describe('the difference over two parameters; null where they have fewer than two levels or too many'),
    arms: z
      .array(
        z.strictObject({
          arm: count.describe('index of the arm'),
          name: z.string().describe('name of the arm'),
          mean: z.number().describe('mean difference to the control'),
          n: count.describe('pairs'),
          values: z.array(paramValue).describe('values of `factors`, in their order'),
        }),
      )
      .describe('every arm by itself'),
  }),
);
