import type { ParamValue } from '../sweep/arm.ts';

/** Python's, R's and JavaScript's words for numbers that are none or have no end. */
const NOT_FINITE = /^[+-]?(nan|na|n\/a|inf|infinity|none|null)$/i;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell with the value of a metric: NaN where it is empty or not finite; null where it is no number. */
export function toMetricValue(cell: string): number | null {
  const text = cell.trim();
  if (text === '' || NOT_FINITE.test(text)) return NaN;
  return NUMBER.test(text) ? Number(text) : null;
}

/** A cell with a whole number ≥ 0, written `200` or `200.0`; null where it is none. */
export function toWhole(cell: string): number | null {
  const text = cell.trim();
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/**
 * The values of a column of parameters: numbers or truth values where all of them are, else texts. An empty cell is
 * null, and so is a word for no number among numbers.
 */
export function toParameterValues(cells: readonly string[]): ParamValue[] {
  const texts = cells.map((cell) => cell.trim());
  const numbers = texts.filter((text) => text !== '' && !NOT_FINITE.test(text));
  if (numbers.length > 0 && numbers.every((text) => NUMBER.test(text)))
    return texts.map((text) => (NUMBER.test(text) ? Number(text) : null));
  const isTruth = texts.every((text) => text === '' || /^(true|false)$/i.test(text));
  return texts.map((text) => (text === '' ? null : isTruth ? text.toLowerCase() === 'true' : text));
}
