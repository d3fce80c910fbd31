import * as z from 'zod';
import type { ArmBand, PairCurves, PairItem } from '../../report/picture/pair-curves.ts';
import { batch, count, maybe, thinnedFrom } from './fields.ts';
import { metricGoal } from './metric.ts';
import { picture } from './picture.ts';
import { sameShape } from './registry.ts';

export type { ArmBand, PairCurves, PairItem };

const pairItem = sameShape<PairItem>()(
  'PairItem',
  'A run and its control with the same everything else and the same seed',
  z.strictObject({
    seed: count.describe('the seed of both'),
    arm: count.describe('index of the arm with the phase'),
    armName: z.string().describe('name of the arm with the phase'),
    run: z.string().describe('id of its run'),
    control: count.describe('index of the arm without the phase'),
    controlName: z.string().describe('name of the arm without the phase'),
    controlRun: z.string().describe('id of its run'),
    beta: z.number().describe('β of the arm'),
    epsilon: z.number().describe('ε of the arm'),
    N: batch.describe('switch batch of the arm'),
    value: maybe.describe('value of the run; null until it is complete'),
    controlValue: maybe.describe('value of the control; null until it is complete'),
    difference: maybe.describe('with − without; null where one of them is missing'),
  }),
);

const armBand = sameShape<ArmBand>()(
  'ArmBand',
  'Mean ± sd of an arm over its seeds, by batch',
  z.strictObject({
    arm: count.describe('index of the arm'),
    name: z.string().describe('name of the arm'),
    control: z.boolean().describe('true for an arm without the intra-class phase'),
    N: maybe.describe('switch batch; null where the phase is never in force'),
    batches: z.array(batch).describe('batches that the lines go by, ascending'),
    n: z.array(count).describe('runs with a finite value at that batch'),
    mean: z.array(z.number()).describe('mean over these runs'),
    low: z.array(maybe).describe('mean − sd; null where n = 1'),
    high: z.array(maybe).describe('mean + sd; null where n = 1'),
    thinnedFrom,
  }),
);

export const comparedPairs = sameShape<PairCurves>()(
  'PairCurves',
  'What the compare page shows of one metric: the pairs, the bands with and without the phase, and the ' +
    'picture of the differences',
  z.strictObject({
    metric: metricGoal.describe('what is compared'),
    pairs: z.array(pairItem).describe('the pairs whose two runs have begun'),
    bands: z.array(armBand).describe('one for each arm that has a curve'),
    picture: picture
      .nullable()
      .describe('the picture of the differences; null while no pair has a point, and with arm'),
  }),
);
