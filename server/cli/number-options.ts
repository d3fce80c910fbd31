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

/** Reads an option that is a number, or a share in percent: `95%` is 0.95. */
export function finiteOption(text: string): number {
  const [, number = '', percent] = /^(.*?)\s*(%?)$/s.exec(text.trim()) ?? [];
  const value = number === '' ? NaN : Number(number);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Want a finite number, such as 0.95 or 95%.');
  return percent === '%' ? value / 100 : value;
}
