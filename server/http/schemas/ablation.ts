import * as z from 'zod';
import type { AblationJson, MetricJson, RowJson } from '../../report/formats/to-json.ts';
import { displayTable } from './display-table.ts';
import { count, goal, maybe, paramValue, runState, words } from './fields.ts';
import { shape, sameShape } from './registry.ts';
import { usage } from './usage.ts';

export const rowJson = sameShape<RowJson>()(
  'RowJson',
  'One line of the table, or one cell of it where parameters are its rows and columns',
  z.strictObject({
    arm: maybe.describe('index of the arm; null for a cell that averages over several'),
    arms: z.array(count).describe('indices of all arms behind this line or cell'),
    name: z.string().describe('name of the arm'),
    control: z.boolean().describe('true for an arm without the intra-class phase'),
    ablation: words.describe('name of the ablation; null for a point of the search'),
    diverged: count.describe('runs that diverged, of `planned`'),
    planned: count.describe('all runs of the line or cell'),
    params: z
      .record(z.string(), paramValue)
      .describe('settings by name; null for a setting that is not in force, or in which the arms of a cell differ'),
    n: count.describe('seeds in the mean'),
    mean: maybe.describe('mean over the seeds; null without a complete run'),
    sd: maybe.describe('standard deviation of the sample (n − 1); null with a single run'),
    best: z.boolean().describe('true for the best mean, among the rows with the largest n and no diverged run'),
    likeBest: z.boolean().describe('true for a mean that is tested against the best one and not shown to differ'),
    difference: z
      .strictObject({
        control: maybe.describe('index of the arm compared with; null where there are several'),
        references: z
          .array(count)
          .describe('indices of the arms compared with: the control, or what an ablation was derived from'),
        n: count.describe('seeds in the mean'),
        mean: z.number().describe('mean of the differences'),
        low: maybe.describe("lower end of Student's 95 % interval, unadjusted; null for a single pair"),
        high: maybe.describe('upper end of that interval; null for a single pair'),
        untested: z
          .enum(['unfinished', 'diverged', 'tooFew'])
          .nullable()
          .describe(
            'why there is no p: not every planned run has ended, the arm and its control diverged on different ' +
              'seeds, or too few differences are not zero for any p under 0.05',
          ),
        p: maybe.describe('p of the sign-flip test; null where untested'),
        pHolm: maybe.describe('the same, corrected by Holm'),
        pMaxT: maybe.describe('the same, corrected by max-T'),
      })
      .nullable()
      .describe('with − without, paired by seed; null where there is no pair'),
    batchesToTarget: z
      .strictObject({
        target: z.number().describe('the value to reach'),
        median: maybe.describe(
          'median over the seeds of the first batch that reached it; null where half of the seeds never reached it',
        ),
        reached: count.describe('seeds that reached it'),
      })
      .nullable()
      .describe('how fast the runs came to a value; null where there is no single target'),
    afterSwitch: z
      .strictObject({
        n: count.describe('seeds in the mean'),
        mean: z.number().describe('mean of the differences'),
        low: maybe.describe('lower end of its 95 % interval; null for a single pair'),
        high: maybe.describe('upper end of its 95 % interval; null for a single pair'),
      })
      .nullable()
      .describe('paired mean difference of the metric over the evaluations in (N, end]; null where there is none'),
    worst5: maybe.describe(
      "mean error over the five worst class pairs of the other seeds' controls; null without confusion matrices",
    ),
    dead: count.describe('complete runs whose truncated term was 0 from N to the end'),
    isDead: z.boolean().describe('true where that is every complete run'),
    collapsed: count.describe('complete runs that fell to the accuracy of chance'),
    sameAs: maybe.describe(
      'index of an earlier row whose runs are the same, because the two rows differ only in an ε that never ' +
        'made a difference; null where there is none',
    ),
    runs: z.array(z.string()).exactOptional().describe('ids of the runs; left out unless ids were asked for'),
  }),
);

const common = {
  sweepId: z.string().describe('id of the sweep'),
  name: z.string().describe('name of the sweep'),
  at: z.enum(['last', 'best']).describe('the value of a run: its last evaluation or its best'),
  baseline: words.describe('name of the arm given as baseline; null where every arm is compared with its own control'),
  dataHash: words.describe('fingerprint of the data; several are joined by +; null where no run has one'),
  trainedOn: z
    .array(
      z.strictObject({
        engine: words.describe('the engine'),
        device: words.describe('what it computed on'),
        versions: z.record(z.string(), z.string()).describe('versions of Cosweep and of the libraries, by their names'),
        bits: words.describe('signature of the bits, 64 hex digits; null where it is unknown'),
        seeds: z.array(count).describe('seeds of which runs were trained so'),
      }),
    )
    .describe('what the runs were trained on'),
  usage: usage
    .exactOptional()
    .describe('what training the runs used, shared stages counted once; left out where nothing was measured'),
};

const metricJson = sameShape<MetricJson>()(
  'MetricJson',
  "One metric's table, complete in itself",
  z.strictObject({
    ...common,
    metric: z.string().describe('name of the metric'),
    goal: goal.describe('which direction is better; where neither is, maximize, and no row is best'),
    test: z.string().describe('the tests in words'),
    correction: z.string().describe('the correction for several rows, in words'),
    rows: z.array(rowJson).describe('the lines, or the cells'),
    missing: z
      .array(
        z.strictObject({
          arm: count.describe('index of the arm'),
          seed: count.describe('the seed'),
          state: runState.describe('where the run stands'),
        }),
      )
      .describe('runs that have no value in the table'),
    note: z.string().describe('everything that a reader has to know: the footnote'),
  }),
);

export const ablationJson = sameShape<AblationJson>()(
  'AblationJson',
  'The ablation table with its numbers in full, the same as `cosweep export --format json`; several ' +
    'metrics stand side by side in `tables`',
  z.union([
    metricJson,
    z.strictObject({ ...common, tables: z.array(metricJson).describe('one for each metric that was asked for') }),
  ]),
);

export const ablationResponse = shape(
  'AblationResponse',
  'The ablation table for a page',
  z.strictObject({
    data: ablationJson.describe('the numbers'),
    table: displayTable.describe('the same content laid out for a page: cells of plain text'),
  }),
);
export type AblationResponse = z.output<typeof ablationResponse>;
