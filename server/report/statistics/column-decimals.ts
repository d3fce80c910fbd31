import { decimalsOfHalf, DIGITS, type Otherwise } from '../number-format.ts';
import { median } from './moments.ts';

/**
 * The decimals that the numbers of a column have in common: those of the median of its half-widths, or of its standard
 * deviations, that are above 0.
 *
 * @param otherwise decides where there is none
 */
export function columnDecimals(sizes: readonly (number | null)[], otherwise: Otherwise, digits = DIGITS): number {
  const known = sizes.filter((size): size is number => size !== null && size > 0);
  return decimalsOfHalf(known.length === 0 ? null : median(known), otherwise, digits);
}
