import * as z from 'zod';
import type { PlanResponse } from '../api.ts';
import { count, maybe, paramValue, words } from './common.ts';
import { shape } from './registry.ts';

export const planResponse = shape<PlanResponse>(
  'PlanResponse',
  z.strictObject({
    name: z.string(),
    planHash: z.string(),
    arms: count,
    runs: count,
    dropped: z.array(z.strictObject({ constraint: z.string(), count })),
    folded: count,
    batches: count,
    batchesUnshared: count,
    stages: count,
    smallestP: z.strictObject({ maxT: z.number(), holm: z.number() }),
    notes: z.array(z.string()),
    armList: z.array(
      z
        .object({
          index: count,
          name: z.string(),
          ablation: words,
          control: z.boolean(),
          alpha: maybe,
          beta: maybe,
          gamma: maybe,
          epsilon: maybe,
          N: maybe,
        })
        .catchall(paramValue),
    ),
  }),
);
