import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number between two bounds. */
export function wholeOption(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Want a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** Reads an option that is a number. */
export function finiteOption(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Want a finite number, such as 0.95.');
  return value;
}
