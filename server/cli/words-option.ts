import { InvalidArgumentError } from 'commander';

/** An option that takes words with commas between. */
export function wordsOption(text: string): string[] {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length > 0) return words;
  throw new InvalidArgumentError('Wanted: one word, or several with commas between.');
}
