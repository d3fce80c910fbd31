import * as z from 'zod';
import type { PlanJsonWithArms } from '../../sweep/plan/plan-json.ts';
import { flatArm } from './arm.ts';
import { count } from './fields.ts';
import { sameShape } from './registry.ts';

export const planRequest = z.strictObject({
  definition: z
    .union([z.string(), z.record(z.string(), z.unknown())], 'want a sweep definition: an object, or its JSON text')
    .describe('the definition: its JSON text, so that messages can name line and column, or the parsed object'),
  baseFolder: z
    .string()
    .min(1)
    .max(4_096)
    .optional()
    .describe('folder that its relative paths start at; default: the folder that the server was started in'),
});
export type PlanRequest = z.input<typeof planRequest>;

export const planHash = z.string().describe('hash of the plan: the same definition gives the same plan and hash');

export const dropped = z
  .array(
    z.strictObject({
      constraint: z.string().describe('as it was written'),
      count: count.describe('points of the search that it dropped'),
    }),
  )
  .describe('all constraints, also those that dropped nothing; a point counts for the first constraint that it breaks');

export const folded = count.describe('points that were left out because another arm computes the same');

export const planWithArms = sameShape<PlanJsonWithArms>()(
  'PlanJsonWithArms',
  'The plan of a definition in numbers, with its arms',
  z.strictObject({
    name: z.string().describe('name of the sweep'),
    planHash,
    arms: count.describe('how many arms'),
    runs: count.describe('how many runs: arms × seeds'),
    dropped,
    folded,
    batches: count.describe('batches to train where runs share trunks and every ε is trained on its own from N on'),
    batchesUnshared: count.describe('batches to train where every run is trained on its own'),
    stages: count.describe('nodes of the stage tree over all seeds'),
    smallestP: z
      .strictObject({
        maxT: z.number().describe('corrected by max-T'),
        holm: z.number().describe('corrected by Holm'),
      })
      .describe('the smallest p that so many seeds allow'),
    notes: z.array(z.string()).describe('what the author of the definition should know, one sentence each'),
    armList: z.array(flatArm).describe('the arms, in the order of the plan'),
  }),
);
