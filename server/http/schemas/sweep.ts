import * as z from 'zod';
import type { RunCounts } from '../../store/reading/list-sweeps.ts';
import { armItem } from './arm.ts';
import { count, maybe, sweepState, time, words } from './fields.ts';
import { metricGoal, metricList } from './metric.ts';
import { dropped, folded, planHash } from './plan.ts';
import { armMark, mark } from './mark.ts';
import { page } from './page.ts';
import { shape, sameShape } from './registry.ts';

export type { RunCounts };

const runCounts = sameShape<RunCounts>()(
  'RunCounts',
  'How many runs are in each state; every state is there, 0 where no run is in it',
  z.strictObject({
    waiting: count.describe('not begun, or put back'),
    running: count.describe('being trained now'),
    complete: count.describe('trained to the end'),
    failed: count.describe('ended by an error; retry trains them again'),
    diverged: count.describe('ended by a total that was not finite'),
    cancelled: count.describe('given up because their sweep was cancelled'),
  }),
);

const batches = count.describe('batches trained so far, reused ones included');
const batchesTotal = count.describe('batches that the sweep asks for, reused ones included');

const item = {
  id: z.string().describe('such as s3'),
  name: z.string().describe('what it is called: as the definition has it, unless it was renamed'),
  description: words.describe('the question that the sweep answers; null where the definition has none'),
  state: sweepState.describe('where the sweep stands'),
  standing: z
    .string()
    .describe('the state in words for people: `complete, 20 failed`, `probed` (all that a probe trains is trained)'),
  cancelling: z.boolean().describe('cancel was asked for, and the process that runs the sweep has not yet stopped'),
  metric: metricGoal.describe('what tables and the dashboard compare'),
  arms: count.describe('how many arms'),
  seeds: count.describe('how many seeds'),
  counts: runCounts.describe('its runs by state'),
  createdAt: time.describe('when it was stored'),
  queuedAt: time.describe('when it last joined the queue: queued sweeps are trained in this order, then by id'),
  startedAt: time.nullable().describe('when training began; null before'),
  finishedAt: time.nullable().describe('when training ended; null before'),
  engine: words.describe('the engine that was asked for, or that trains it; null while none is chosen'),
  batches,
  batchesTotal,
  probeSeeds: count
    .nullable()
    .describe(
      'of a probe: how many of its first seeds the trunks were asked for; null where the whole sweep was asked for',
    ),
  isConfirmation: z.boolean().describe('true where it trains an arm of another sweep on fresh seeds'),
  archived: z.boolean().describe('true where lists leave it out unless they are asked for it'),
  mark: mark.describe('what is remembered of the sweep itself'),
  error: words.describe(
    'why the sweep itself could not go on (a missing data set, an engine that does not open); null where it could',
  ),
};

export const sweepItem = shape('SweepItem', 'A sweep as the list of sweeps shows it', z.strictObject(item));
export type SweepItem = z.output<typeof sweepItem>;

export const sweepList = page('SweepList', 'One page of the sweeps, newest first', sweepItem);
export type SweepList = z.output<typeof sweepList>;

const progress = shape(
  'Progress',
  'How far a sweep is',
  z.strictObject({
    batches,
    batchesTotal,
    runs: count.describe('runs that have ended: complete, diverged or failed'),
    runsTotal: count.describe('all runs'),
    secondsLeft: maybe.describe('estimated seconds to the end; null while nothing trains, and for a probe'),
  }),
);
export type Progress = z.output<typeof progress>;

const bestArm = shape(
  'BestArm',
  "An arm and the last values of the sweep's metric over its complete runs",
  z.strictObject({
    arm: count.describe('index of the arm'),
    name: z.string().describe('name of the arm'),
    control: z.boolean().describe('true for an arm without the intra-class phase'),
    n: count.describe('complete runs'),
    mean: z.number().describe('mean over the complete runs'),
    sd: maybe.describe('standard deviation of the sample (n − 1); null with a single run'),
  }),
);
export type BestArm = z.output<typeof bestArm>;

const failedRun = shape(
  'FailedRun',
  'A run that failed or diverged',
  z.strictObject({
    run: z.string().describe('id of the run'),
    arm: count.describe('index of its arm'),
    armName: z.string().describe('name of its arm'),
    seed: count.describe('its seed'),
    state: z.enum(['failed', 'diverged']).describe('how it ended'),
    reason: words.describe('why it failed, or where it diverged'),
  }),
);
export type FailedRun = z.output<typeof failedRun>;

export const sweepDetail = shape(
  'SweepDetail',
  'A sweep as its own page shows it',
  z.strictObject({
    ...item,
    planHash,
    seedList: z.array(count).describe('its seeds, in the order of training'),
    progress: progress.describe('how far it is'),
    best: z
      .array(bestArm)
      .describe("best first by the sweep's metric, at most 10; arms without a complete run are left out"),
    failures: z
      .array(failedRun)
      .describe('runs that failed or diverged, and why; at most 200 (`counts` has the true numbers)'),
    armList: z.array(armItem).describe('its arms, in the order of the plan'),
    armMarks: z.array(armMark).describe('what is remembered of its arms; those without a mark are left out'),
    varying: z
      .array(z.string())
      .describe(
        'keys of the parameters with more than one value over the arms, ablations left out; a table can have ' +
          'them as rows or columns',
      ),
    metrics: z
      .array(z.string())
      .describe('names of the metrics that its runs have recorded so far, in the order of `metricList`'),
    metricList,
    definition: z.string().describe('the definition as it was written'),
    baseFolder: z.string().describe('folder that its relative paths start at'),
    dropped,
    folded,
    confirms: z
      .strictObject({
        sweep: z.string().describe('id of the sweep in which the arm was chosen'),
        arm: count.nullable().describe('index of the arm there; null where that sweep no longer has it'),
      })
      .nullable()
      .describe('the arm that this sweep confirms on fresh seeds; null where it confirms none'),
    confirmations: z
      .array(
        z.strictObject({
          id: z.string().describe('id of the sweep'),
          name: z.string().describe('name of the sweep'),
        }),
      )
      .describe('the sweeps that confirm an arm of this one'),
  }),
);
export type SweepDetail = z.output<typeof sweepDetail>;
