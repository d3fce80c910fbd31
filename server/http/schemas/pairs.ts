import * as z from 'zod';
import type { ArmBand, Picture, Group, PairItem, Panel, PairCurves } from '../api.ts';
import { batch, count, maybe, metric } from './common.ts';
import { shape } from './registry.ts';

const batches = z.array(batch);
const line = z.array(maybe);
const curve = z.strictObject({ batches, values: line });

const pairItem = shape<PairItem>(
  'PairItem',
  z.strictObject({
    seed: count,
    arm: count,
    armName: z.string(),
    run: z.string(),
    control: count,
    controlName: z.string(),
    controlRun: z.string(),
    beta: z.number(),
    epsilon: z.number(),
    N: batch,
    value: maybe,
    controlValue: maybe,
    difference: maybe,
  }),
);

const armBand = shape<ArmBand>(
  'ArmBand',
  z.strictObject({
    arm: count,
    name: z.string(),
    control: z.boolean(),
    N: maybe,
    batches,
    n: z.array(count),
    mean: z.array(z.number()),
    low: line,
    high: line,
  }),
);

const pairGroup = shape<Group>(
  'Group',
  z.strictObject({
    arm: count,
    name: z.string(),
    beta: z.number(),
    epsilon: z.number(),
    label: z.string(),
    batches,
    seeds: z.array(z.strictObject({ seed: count, values: line })),
    mean: line,
    low: line,
    high: line,
    leavesZeroAt: maybe,
    final: z.array(z.strictObject({ seed: count, value: z.number() })),
    finalMean: maybe,
    finalLow: maybe,
    finalHigh: maybe,
    pMaxT: maybe,
    truncated: curve,
    cosine: curve,
    dead: z.array(z.strictObject({ from: batch, to: batch })),
  }),
);

const pairPanel = shape<Panel>(
  'Panel',
  z.strictObject({
    N: batch,
    label: z.string(),
    end: batch,
    groups: z.array(pairGroup),
    controlSpread: z.strictObject({ batches, sd: line }),
  }),
);

const pairCurves = shape<Picture>(
  'Picture',
  z.strictObject({
    metric,
    title: z.string(),
    unit: z.string(),
    scale: z.number(),
    yRange: z.tuple([z.number(), z.number()]),
    panels: z.array(pairPanel),
  }),
);

export const pairsResponse = shape<PairCurves>(
  'PairCurves',
  z.strictObject({
    metric,
    pairs: z.array(pairItem),
    bands: z.array(armBand),
    picture: pairCurves.nullable(),
  }),
);
