import * as z from 'zod';
import type { ShownParameters } from '../../sweep/shown-parameters.ts';
import { count, maybe, paramValue, words } from './fields.ts';
import { shape, sameShape } from './registry.ts';

const numbers = {
  alpha: z.number().exactOptional().describe('α, weight of the inter-class term'),
  beta: z
    .number()
    .exactOptional()
    .describe('β, weight of the truncated intra-class term; 0 where the phase is never in force'),
  gamma: z.number().exactOptional().describe('γ, weight of the cross-entropy'),
  epsilon: maybe.exactOptional().describe('ε, tolerance of the truncation; null where it is not in force'),
  N: maybe.exactOptional().describe('first batch with the intra-class term; null where the term is never in force'),
};

export const armParameters = sameShape<ShownParameters>()(
  'ShownParameters',
  'The five numbers (N in batches) as far as the definition declares them, and every further swept key by its dotted ' +
    'name; a parameter that is not in force is null',
  z.object(numbers).catchall(paramValue),
);

const named = {
  index: count.describe('its place in the plan, from 0'),
  name: z.string().describe('made of what varies, such as `α0.5 β0.1 N200`'),
  ablation: words.describe('name of the ablation that made the arm; null for a point of the search'),
  control: z.boolean().describe('true for an arm without the intra-class phase'),
};

export const armItem = shape(
  'ArmItem',
  'An arm as lists and tables show it',
  z.strictObject({
    ...named,
    controlIndex: maybe.describe('index of its arm without the intra-class phase; null where there is none'),
    params: armParameters.describe('its parameters as they are in force'),
  }),
);

export type ArmItem = z.output<typeof armItem>;

/** An arm as a plan lists it: its parameters stand beside its name. */
export const flatArm = z.object({ ...named, ...numbers }).catchall(paramValue);
