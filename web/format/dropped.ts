import { formatCount } from './number.ts';

/** `3 by gamma > alpha > beta`: the points that constraints took out of a plan. */
export function droppedWords(dropped: { constraint: string; count: number }[]): string {
  const words = dropped
    .filter(({ count }) => count > 0)
    .map(({ constraint, count }) => `${formatCount(count)} by ${constraint}`);
  return words.length === 0 ? 'none' : words.join(', ');
}
