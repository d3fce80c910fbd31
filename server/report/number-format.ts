import { toTwelveDigits } from '../sweep/twelve-digits.ts';

/** Numbers as terminal, pages and every export show them: what digits they have, and how they are written. */

/** What decides the decimals of a number that has no interval, or one without a width. */
export interface Otherwise {
  /** Standard deviation. */
  sd?: number | null;
  /** The share of one image in the unit that is shown: an accuracy makes no finer step. */
  image?: number | null;
  value: number;
}

/** How many digits of a half-width or of a standard deviation are shown. */
export const DIGITS = 2;

/**
 * Decimals that show two significant digits of an interval's half-width. Without one above 0 they are those of the
 * standard deviation; else they reach one image; else four significant digits of the value.
 */
export function decimalsOfHalf(half: number | null, { sd, image, value }: Otherwise, digits = DIGITS): number {
  if (isSize(half)) return decimalsFor(half, digits);
  if (isSize(sd)) return decimalsFor(sd, digits);
  if (isSize(image)) return decimalsFor(image, 1);
  return value === 0 ? 0 : decimalsFor(Math.abs(value), 4);
}

function isSize(size: number | null | undefined): size is number {
  return size !== null && size !== undefined && size > 0 && Number.isFinite(size);
}

function decimalsFor(value: number, digits: number): number {
  const exponent = Number(
    toTwelveDigits(value)
      .toExponential(digits - 1)
      .split('e')[1],
  );
  return Math.max(0, Math.min(20, digits - 1 - exponent));
}

/**
 * The decimals of a row: those of its column, and up to two more where a number that is not 0 would print as 0. More of
 * them only where they help.
 */
export function rowDecimals(column: number, values: readonly (number | null)[]): number {
  const hidden = (decimals: number) =>
    values.filter((value) => value !== null && value !== 0 && Number(toFixed(value, decimals)) === 0).length;
  return [column + 1, column + 2].reduce((best, next) => (hidden(next) < hidden(best) ? next : best), column);
}

/**
 * `+0.22 [0.14, 0.30]`: a difference with its interval.
 *
 * @param column the decimals of its column; the row may have more
 */
export function toChange(mean: number, interval: readonly [number, number] | null, column: number): string {
  const decimals = rowDecimals(column, [mean, ...(interval ?? [])]);
  const ends = interval === null ? '' : ` [${interval.map((end) => toFixed(end, decimals)).join(', ')}]`;
  return withMinus(`${toSigned(mean, decimals)}${ends}`);
}

/**
 * A number with so many decimals; ½ goes away from zero, and a number that rounds to zero has no sign. Only twelve
 * digits are looked at: means that are equal but for floating point print equally, as the 22.5 that is the mean of 21
 * and 24, and of 22 and 23.
 */
export function toFixed(value: number, decimals: number): string {
  const rounded = shift(Math.round(shift(Math.abs(toTwelveDigits(value)), decimals)), -decimals);
  return (rounded === 0 ? 0 : Math.sign(value) * rounded).toFixed(decimals);
}

/** value · 10^places, by the number's decimal digits: a product would bring the noise back. */
function shift(value: number, places: number): number {
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
}

/** As `toFixed`, with a sign in front of numbers above zero. */
export function toSigned(value: number, decimals: number): string {
  const text = toFixed(value, decimals);
  return Number(text) > 0 ? `+${text}` : text;
}

/**
 * A p-value with two significant digits, which is as much as a permutation test knows; never 0.
 *
 * @param smallest the smallest p that so many seeds allow, where there is room to say so: 2 of 2ⁿ patterns always tie
 */
export function toPValue(p: number, smallest: number | null = null): string {
  const rounded = p.toPrecision(2);
  const text = Number(rounded) >= 1 ? '1' : p >= 0.0001 ? rounded : withMinus(p.toExponential(1));
  return smallest !== null && p <= smallest * (1 + 1e-9) ? `${text} (the smallest possible)` : text;
}

/** With the sign that print has for numbers below zero, in place of the hyphen. */
export function withMinus(text: string): string {
  return text.replaceAll('-', '\u2212');
}

/** `1 seed`, `12 seeds` */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `312 MB` */
export function toBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`;
}

/** `0.21 kWh`, `48 Wh` */
export function toEnergy(joules: number): string {
  const wattHours = joules / 3600;
  if (wattHours >= 100) return `${Number((wattHours / 1000).toPrecision(wattHours < 1000 ? 2 : 3))} kWh`;
  return wattHours < 0.01 ? 'less than 0.01 Wh' : `${Number(wattHours.toPrecision(2))} Wh`;
}

/** Seconds as people say them: `48 s`, `12 min`, `3 h 20 min`. */
export function toDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
