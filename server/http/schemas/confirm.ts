import * as z from 'zod';
import type { ConfirmResponse } from '../api.ts';
import { count, goal, maybe, runState } from './common.ts';
import { shape } from './registry.ts';

const side = { name: z.string(), n: count, mean: maybe, sd: maybe, diverged: count };

export const confirmResponse = shape<ConfirmResponse>(
  'ConfirmResponse',
  z.strictObject({
    sweepId: z.string(),
    name: z.string(),
    confirms: z.strictObject({ sweep: z.string(), arm: count.nullable() }),
    metric: z.string(),
    goal,
    part: z.enum(['test', 'validation']),
    images: count.nullable(),
    seeds: z.array(count),
    arm: z.strictObject({ ...side, dead: count }),
    control: z.strictObject(side),
    difference: z
      .strictObject({ n: count, mean: z.number(), sd: maybe, low: maybe, high: maybe, p: maybe, better: count })
      .nullable(),
    test: z.string(),
    smallestP: z.number(),
    missing: z.array(z.strictObject({ arm: z.string(), seed: count, state: runState })),
    notes: z.array(z.string()),
  }),
);
