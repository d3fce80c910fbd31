import { z } from 'zod';

/**
 * Small pieces of the validator. The error of every piece says in words what is *wanted*; `problemsOf` puts what was
 * found in front of it. So a rule and the message that explains it stand on one line.
 */

/**
 * An object that may have no other keys. The error for an unknown key is the list of the known ones, from which
 * `problemsOf` makes a suggestion.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape).join(' ')
        : `an object with ${Object.keys(shape).slice(0, 6).join(', ')}${Object.keys(shape).length > 6 ? ', …' : ''}`,
  });
}

/** A whole number from `min` on. */
export function whole(min: number) {
  const wanted = `a whole number ≥ ${min}`;
  return z.number(wanted).int(wanted).min(min, wanted);
}

/** A finite number ≥ `min`. */
export function atLeast(min: number) {
  const wanted = `a number ≥ ${min}`;
  return z.number(wanted).min(min, wanted);
}

/** A finite number > `min`. */
export function above(min: number) {
  const wanted = `a number > ${min}`;
  return z.number(wanted).gt(min, wanted);
}

/** A number in [min, max). */
export function halfOpen(min: number, max: number) {
  const wanted = `a number ≥ ${min} and < ${max}`;
  return z.number(wanted).min(min, wanted).lt(max, wanted);
}

/** A number in (min, max]. */
export function aboveUpTo(min: number, max: number) {
  const wanted = `a number > ${min} and ≤ ${max}`;
  return z.number(wanted).gt(min, wanted).max(max, wanted);
}

export function flag() {
  return z.boolean('true or false');
}

export function oneOf<const Options extends readonly [string, ...string[]]>(options: Options) {
  return z.enum(options, `one of ${options.join(', ')}`);
}

/** Text that is not empty. */
export function text(wanted: string) {
  return z.string(wanted).min(1, wanted);
}
