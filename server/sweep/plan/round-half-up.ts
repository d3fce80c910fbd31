import { toTwelveDigits } from '../twelve-digits.ts';

/**
 * Rounds to a whole number; ½ goes up. Only twelve digits are looked at, so that 0.145 · 100 = 14.499999999999998 is
 * the 14.5 that a person means.
 */
export function roundHalfUp(value: number): number {
  return Math.floor(toTwelveDigits(value) + 0.5);
}
