import type { ParamValue } from '../arm.ts';
import type { ParameterInput } from '../schema/parameter-schema.ts';
import { gridValues } from '../space/space.ts';

/** A value that a space can give and where in the definition it comes from. */
export interface SampleValue {
  value: ParamValue;
  at: PropertyKey[];
}

/**
 * A share of a range. The value at this share lies between the bounds and, whatever they are, is hardly ever a whole
 * number: it shows that a continuous range does not fit a setting that wants whole numbers.
 */
const INSIDE = 0.381966;

/**
 * Values by which a space is judged. All listed values and all values of a grid are judged. For any other range the
 * bounds and one value inside are enough, since the values that a setting allows are an interval of numbers or of whole
 * numbers.
 */
export function sampleValues(space: ParameterInput, method: unknown): SampleValue[] {
  if (space.distribution === 'constant') return [{ value: space.value, at: ['value'] }];
  if (space.distribution === 'categorical') return space.values.map((value, i) => ({ value, at: ['values', i] }));
  // Of a normal distribution only the middle is judged: draws that a setting does not allow are dropped and counted.
  if (space.distribution === 'normal')
    return [
      { value: space.mu, at: ['mu'] },
      { value: space.mu + 1e-3 * INSIDE * space.sigma, at: [] },
    ];
  const bounds: SampleValue[] = [
    { value: space.min, at: ['min'] },
    { value: space.max, at: ['max'] },
  ];
  if (method === 'grid')
    return [
      ...bounds,
      ...gridValues(space)
        .slice(1, -1)
        .map((value) => ({ value, at: [] })),
    ];
  if (space.distribution === 'int_uniform') return bounds;
  if (space.distribution === 'q_uniform')
    return [...bounds, { value: Number((space.min + space.q).toPrecision(12)), at: ['q'] }];
  return [...bounds, { value: space.min + INSIDE * (space.max - space.min), at: [] }];
}
