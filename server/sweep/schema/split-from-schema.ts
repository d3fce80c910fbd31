import { z } from 'zod';
import { strict, text, whole } from './schema-parts.ts';
import { seedsSchema } from './seeds-schema.ts';

/** What `cosweep split` writes into each part of a definition: by it `cosweep merge` puts the parts together again. */
export const splitFromSchema = strict({
  of: text('the path of the whole definition').describe(
    'The whole definition, seen from the folder of this one. Relative paths of this one start where the whole one is.',
  ),
  number: whole(1).describe('Which part this is, counted from 1.'),
  parts: whole(2).describe('How many parts there are.'),
  seeds: seedsSchema.describe('The seeds of the whole definition, as it has them.'),
  planHash: text('the hash of a plan').describe("The whole definition's plan."),
});

export type SplitFrom = z.output<typeof splitFromSchema>;
