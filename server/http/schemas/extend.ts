import * as z from 'zod';
import { count, maybe, paramValue } from './fields.ts';
import { shape } from './registry.ts';

const MOST_SEEDS = 100_000;

export const extendRequest = z
  .strictObject({
    seeds: z.int().min(1).max(MOST_SEEDS).optional().describe('how many seeds in all; left out: as many as there are'),
    values: z
      .record(z.string().max(200), z.array(paramValue).min(1).max(1_000))
      .default({})
      .describe('further values by the name of their parameter: {"beta": [0.4, 0.5]}'),
    definition: z
      .string()
      .optional()
      .describe('JSON text of a changed definition, which still has all arms and seeds of the sweep'),
  })
  .refine(
    ({ seeds, values, definition }) =>
      seeds !== undefined || definition !== undefined || Object.keys(values).length > 0,
    'want seeds, values or a definition',
  );
export type ExtendRequest = z.input<typeof extendRequest>;

const change = (what: string) =>
  z
    .strictObject({ before: count.describe('how many there are'), after: count.describe('how many there will be') })
    .describe(what);

export const extensionPlan = shape(
  'ExtensionPlan',
  'What an extension of a sweep would train; the same as `cosweep extend --plan --json`',
  z.strictObject({
    id: z.string().describe('id of the sweep'),
    name: z.string().describe('name of the sweep'),
    arms: change('arms'),
    seeds: change('seeds'),
    runs: z
      .strictObject({
        before: count.describe('runs that it has'),
        after: count.describe('runs that it will have'),
        stored: count.describe('of those that it has, how many are complete or diverged: they are not trained again'),
      })
      .describe('runs'),
    newArms: z.array(z.string()).describe('names of the arms that are new'),
    newSeeds: z.array(count).describe('the seeds that are new'),
    batches: count.describe('batches of the new runs where they share trunks'),
    seconds: maybe.describe(
      'what one worker takes for them, by the runs that there are; null where nothing is trained',
    ),
    looks: count.describe('p-values will be corrected for so many looks: numbers of seeds that it was complete with'),
  }),
);
export type ExtensionPlan = z.output<typeof extensionPlan>;
