import { toTwelveDigits } from '../sweep/twelve-digits.ts';

/**
 * Decimals of an accuracy in percent: two, but never finer than one image of the evaluation set. The share of one image
 * is rounded to one digit first: 10,000 and 9,000 images (0.01) allow two decimals, 2,000 (0.05) one, 100 (1) none.
 */
export function percentDecimals(images: number | null): number {
  if (images === null || !(images > 0)) return 2;
  const share = Number((100 / images).toPrecision(1));
  return Math.max(0, Math.min(2, Math.floor(-Math.log10(share) + 1e-9)));
}

/** Decimals that show three significant digits of the sd; without an sd above 0, four of the value itself. */
export function decimalsBySpread(sd: number | null, value: number): number {
  if (sd !== null && sd > 0) return decimalsFor(sd, 3);
  return value === 0 ? 3 : decimalsFor(Math.abs(value), 4);
}

/**
 * Decimals that show two significant digits of an interval's half-width. Without a width above 0, four significant
 * digits of the value itself.
 */
export function decimalsOfHalf(half: number | null, value: number): number {
  if (half !== null && half > 0 && Number.isFinite(half)) return decimalsFor(half, 2);
  return value === 0 ? 0 : decimalsFor(Math.abs(value), 4);
}

function decimalsFor(value: number, digits: number): number {
  const exponent = Number(value.toExponential(digits - 1).split('e')[1]);
  return Math.max(0, Math.min(20, digits - 1 - exponent));
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

/** A p-value with three decimals at most; one that would round to nothing is `<0.001`. */
export function toP(p: number): string {
  return p < 0.001 ? '<0.001' : String(Number(toFixed(p, 3)));
}

/** A p-value with two significant digits: never 0, and never more digits than a permutation test has. */
export function toPValue(p: number): string {
  return p >= 0.0001 ? String(Number(p.toPrecision(2))) : p.toExponential(0).replace('-', '\u2212');
}

/** With the sign that print has for numbers below zero, in place of the hyphen. */
export function withMinus(text: string): string {
  return text.replaceAll('-', '\u2212');
}

/** `1 seed`, `12 seeds` */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Seconds as people say them: `48 s`, `12 min`, `3 h 20 min`. */
export function toDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
