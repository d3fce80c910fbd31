import { InvalidArgumentError } from 'commander';

/** Reads an option that is a number. */
export function finiteNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Want a finite number, such as 0.95.');
  return value;
}
