import type { ParamValue } from '../../server/sweep/arm.ts';
import { formatExact, formatNumber } from './number.ts';

const SYMBOLS: Record<string, string> = { alpha: 'α', beta: 'β', gamma: 'γ', epsilon: 'ε', N: 'N' };

/** `alpha` → `α`; `training.optimizer.learningRate` → `learningRate`, which the whole key explains on hover. */
export function parameterLabel(key: string): string {
  return SYMBOLS[key] ?? key.split('.').at(-1)!;
}

/** A setting that is not in force is a dash. */
export function formatParameter(value: ParamValue | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? formatExact(value) : String(value);
}

/** In four digits, as in the names of arms: a value that a random search draws has sixteen. */
export function formatRounded(value: ParamValue | undefined): string {
  return typeof value === 'number' ? formatNumber(value, 4) : formatParameter(value);
}
