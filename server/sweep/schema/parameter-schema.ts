import { z } from 'zod';
import { above, strict, whole } from './schema-parts.ts';

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()], 'a finite number, text, true, false or null');
const finite = z.number('a finite number');
const wholeNumber = z.number('a whole number').int('a whole number');
const unit = z
  .enum(['batches', 'fraction', 'epoch'], 'one of batches, fraction, epoch')
  .optional()
  .describe('Of N only: batches, a fraction of the run, or epochs.');
const count = whole(2).optional().describe('In a grid: this many values from min to max, both included.');
const step = above(0).optional().describe('In a grid: min, min + step, … up to max.');

/** The ways to write a parameter, by the name of the distribution. */
export const PARAMETER_SCHEMAS = {
  constant: strict({ distribution: z.literal('constant').optional(), value: scalar, unit }),
  categorical: strict({
    distribution: z.literal('categorical').optional(),
    values: z.array(scalar, 'a list of values').min(1, 'at least one value'),
    probabilities: z
      .array(
        z.number('a number from 0 to 1').min(0, 'a number from 0 to 1').max(1, 'a number from 0 to 1'),
        'a list of numbers, one for each value',
      )
      .optional(),
    unit,
  }),
  uniform: strict({ distribution: z.literal('uniform').optional(), min: finite, max: finite, count, step, unit }),
  log_uniform_values: strict({
    distribution: z.literal('log_uniform_values'),
    min: above(0),
    max: above(0),
    count,
    unit,
  }).describe('min and max are values, never exponents.'),
  int_uniform: strict({
    distribution: z.literal('int_uniform').optional(),
    min: wholeNumber,
    max: wholeNumber,
    count,
    step: whole(1).optional(),
    unit,
  }),
  q_uniform: strict({ distribution: z.literal('q_uniform'), min: finite, max: finite, q: above(0), unit }).describe(
    'min, min + q, … max, equally likely.',
  ),
  normal: strict({ distribution: z.literal('normal'), mu: finite, sigma: above(0), unit }),
} as const;

export type DistributionName = keyof typeof PARAMETER_SCHEMAS;

const WANTED_PARAMETER = 'an object with value, values, or a distribution and its bounds, {"values": [0.1, 0.2]}';

export const parameterSchema = z.union(Object.values(PARAMETER_SCHEMAS), WANTED_PARAMETER).meta({ id: 'parameter' });

type Written<Name extends DistributionName> = Omit<z.output<(typeof PARAMETER_SCHEMAS)[Name]>, 'distribution'>;
/** A parameter as written, with its distribution named. */
export type ParameterInput = { [Name in DistributionName]: Written<Name> & { distribution: Name } }[DistributionName];

/**
 * Which way of writing is meant; null where the named distribution is unknown. A range without a name is `int_uniform`
 * of a parameter that takes whole numbers only, and `uniform` of any other, however its bounds are written.
 *
 * @param isWhole whether the parameter takes whole numbers only, with these bounds
 */
export function distributionOf(
  written: Record<string, unknown>,
  isWhole: (bounds: readonly unknown[]) => boolean,
): DistributionName | null {
  if (written.distribution !== undefined) {
    return Object.hasOwn(PARAMETER_SCHEMAS, String(written.distribution))
      ? (written.distribution as DistributionName)
      : null;
  }
  if ('values' in written) return 'categorical';
  if ('value' in written) return 'constant';
  return isWhole([written.min, written.max]) ? 'int_uniform' : 'uniform';
}
