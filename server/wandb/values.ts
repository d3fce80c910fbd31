import { toFound } from '../sweep/problem.ts';
import { type Findings, isObject } from './findings.ts';

export type Scalar = number | string | boolean | null;

/** Whole numbers are bigints while they are told from others. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  return typeof value === 'bigint' ? String(value).slice(0, MAX_DIGITS) : toFound(plain(value));
}

const MAX_DIGITS = 60;

/** Whole numbers that would be other ones as the numbers of a definition. */
export function findHugeNumbers(value: unknown, path: readonly PropertyKey[], findings: Findings): void {
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value)))
    findings.add(path, `found ${shown(value)}, wanted a whole number up to ${Number.MAX_SAFE_INTEGER}, or a text`);
  else if (Array.isArray(value)) value.forEach((inner, i) => findHugeNumbers(inner, [...path, i], findings));
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) findHugeNumbers(inner, [...path, key], findings);
}

/** The number, text, true, false or null at a key; undefined where something else was found. */
export function scalarAt(
  holder: Record<string, unknown> | readonly unknown[],
  key: number | string,
  path: readonly PropertyKey[],
  findings: Findings,
): Scalar | undefined {
  const value = plain((holder as Record<PropertyKey, unknown>)[key]);
  const isScalar = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  if (isScalar) return value as Scalar;
  findings.add([...path, key], `found ${shown(value)}, wanted a number, a text, true or false`);
  return undefined;
}
