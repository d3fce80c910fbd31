import { UserError } from '../../../sweep/user-error.ts';

/** What `--device` asks for: all cards, or those that any of these words names. */
export type WantedDevices = 'all' | readonly [string, ...string[]];

/**
 * Reads `--device`: `all`, or numbers and parts of names with commas between them.
 *
 * @throws {UserError} where a word is missing or stands twice
 */
export function parseDevices(text: string): WantedDevices {
  const words = text.split(',').map((word) => word.trim());
  const [first, ...others] = words as [string, ...string[]];
  if (others.length === 0 && first.toLowerCase() === 'all') return 'all';
  const cannot = `Cannot read the devices ${JSON.stringify(text)} (--device)`;
  if (words.includes('')) throw new UserError(`${cannot}: found nothing ${placeOf(words)}, wanted ${WANTED}`);
  if (words.some((word) => word.toLowerCase() === 'all'))
    throw new UserError(`${cannot}: found all beside other devices, wanted ${WANTED}`);
  const twice = words.find((word, i) => words.indexOf(word) < i);
  if (twice !== undefined) throw new UserError(`${cannot}: found "${twice}" twice, wanted each device once`);
  return [first, ...others];
}

export const WANTED = 'all, or numbers and parts of names with commas between them, such as 0,2';

function placeOf(words: readonly string[]): string {
  return words.length === 1 ? 'in it' : `as device ${words.indexOf('') + 1} of ${words.length}`;
}
