import * as z from 'zod';
import type { ComparisonJson } from '../../report/formats/comparison-json.ts';
import { rowJson } from './ablation.ts';
import { displayTable } from './display-table.ts';
import { count, goal, maybe, paramValue, words } from './fields.ts';
import { sameShape, shape } from './registry.ts';

const comparisonJson = sameShape<ComparisonJson>()(
  'ComparisonJson',
  'A table over several sweeps with its numbers in full, the same as `cosweep export --format json` of them',
  z.strictObject({
    metric: z.string().describe('name of the metric'),
    goal: goal.describe('which direction is better; where neither is, maximize, and nothing has a rank'),
    at: z.enum(['last', 'best']).describe('the value of a run: its last evaluation or its best'),
    rows: z.string().describe('arm, or the parameter whose values are the lines'),
    cols: z.string().describe('sweep, or the setting that columns are called by'),
    correction: z.enum(['maxT', 'holm', 'none']).describe('what p is corrected by within each sweep'),
    digits: count.describe('digits of a half-width that are shown'),
    unitOfN: z.enum(['batches', 'share']).describe('share: N is compared as a share of runs of different lengths'),
    batches: maybe.describe('optimiser steps of the runs; null where they differ'),
    varying: z.array(z.string()).describe('parameters that vary within any of the sweeps: what lines can be'),
    family: z
      .strictObject({
        differences: count.describe('how many differences are tested'),
        sweeps: count.describe('in how many sweeps they are: p of a sweep is multiplied by this'),
      })
      .describe('all differences of all sweeps, which marks are corrected for'),
    ranked: count.describe('how many lines every sweep has'),
    differing: z
      .array(
        z.strictObject({
          name: z.string().describe('its dotted name'),
          values: z.array(paramValue).describe('of each sweep'),
        }),
      )
      .describe('settings that have one value in each sweep, but not the same in all'),
    test: z.string().describe('the tests in words'),
    sweeps: z
      .array(
        z.strictObject({
          id: z.string().describe('id of the sweep'),
          name: z.string().describe('its name'),
          label: z.string().describe('what its column is called'),
        }),
      )
      .describe('the columns'),
    lines: z
      .array(
        z.strictObject({
          label: z.string().describe('name of the arms; empty where lines are values of a parameter'),
          value: paramValue.describe('of the parameter of the lines; null where it is not in force'),
          control: z.boolean().describe('true for arms without the intra-class phase'),
          ablation: words.describe('name of the ablation, or control; null for a line of the search'),
          averageRank: maybe.describe('mean rank among the lines that every sweep has, 1 is best; null for others'),
          cells: z
            .array(
              rowJson
                .extend({ corrected: maybe.describe('p over all differences of all sweeps; null where untested') })
                .nullable(),
            )
            .describe('one for each sweep; null where it has no such arm'),
        }),
      )
      .describe('the lines'),
    note: z.string().describe('everything that a reader has to know: the footnote'),
  }),
);

export const comparisonResponse = shape(
  'ComparisonResponse',
  'A table over several sweeps for a page',
  z.strictObject({
    data: comparisonJson.describe('the numbers'),
    table: displayTable.describe('the same content laid out for a page: cells of plain text'),
  }),
);
export type ComparisonResponse = z.output<typeof comparisonResponse>;

export const comparisonAnswer = z
  .union([comparisonJson, comparisonResponse])
  .describe('The comparison in the format that was asked for');
