const MINUS = '\u2212';
const MISSING = '–';

/**
 * At most `digits` significant digits, a true minus sign, powers of ten where zeros would pile up; `–` for a missing
 * value.
 */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (value === 0) return '0';
  value = toTwelveDigits(value);
  const size = Math.abs(value);
  const text =
    size < 1e-4 || size >= 1e7
      ? toPowerOfTen(value, digits)
      : new Intl.NumberFormat('en', { maximumSignificantDigits: Math.max(digits, wholeDigits(size)) }).format(value);
  return text.replaceAll('-', MINUS);
}

export function formatFixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = roundTo(value, decimals);
  // −0.00 would claim a direction that the digits do not show.
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', MINUS);
}

/** A share as percent: 0.97204 → `97.20 %`. */
export function formatPercent(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return `${formatFixed(value * 100, decimals)} %`;
}

/** Always with its sign, so that a difference is read as one. */
export function formatSigned(value: number | null | undefined, format: (value: number) => string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = format(Math.abs(value));
  // A difference that the digits show as nothing has no direction.
  if (!/[1-9]/.test(text)) return text;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

export function formatCount(value: number): string {
  return new Intl.NumberFormat('en').format(value);
}

/** `1 run`, `12 runs` */
export function formatAmount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** Digits as they are written without rounding, for settings: 0.1 stays 0.1. */
export function formatExact(value: number): string {
  return String(value).replaceAll('-', MINUS);
}

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return MISSING;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${formatNumber(bytes / 1000 ** step, 3)} ${units[step]}`;
}

/** `0.21 kWh`, `48 Wh` */
export function formatEnergy(joules: number): string {
  const wattHours = joules / 3600;
  if (wattHours >= 100) return `${formatNumber(wattHours / 1000, wattHours < 1000 ? 2 : 3)} kWh`;
  return wattHours < 0.01 ? 'less than 0.01 Wh' : `${formatNumber(wattHours, 2)} Wh`;
}

/** Without the noise of floating point: equal means are printed equally, here and in tables. */
function toTwelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}

/** So many decimals; ½ goes away from zero. */
function roundTo(value: number, decimals: number): string {
  const [digits, exponent = '0'] = String(Math.abs(toTwelveDigits(value))).split('e');
  const whole = Math.round(Number(`${digits}e${Number(exponent) + decimals}`));
  return (Math.sign(value) * Number(`${whole}e${-decimals}`)).toFixed(decimals);
}

function toPowerOfTen(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  return `${Number(mantissa)}e${Number(exponent)}`;
}

function wholeDigits(size: number): number {
  return size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
}
