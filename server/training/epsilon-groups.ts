import type { Truncation } from '../sweep/settings.ts';

/**
 * Who stays together where the tests of several ε come out differently for the first time.
 *
 * With `batch` there is one test, so those that differ from the first ε are equal among themselves. With a test per
 * sample or class that is not known: each of them goes its own way, which costs batches at worst and is never wrong.
 *
 * @param epsilons the first one and the further ones
 * @param apart of each further ε, how many tests came out differently than for the first
 */
export function groupEpsilons(epsilons: number[], apart: number[], truncation: Truncation): number[][] {
  const [first, ...further] = epsilons as [number, ...number[]];
  const together = [first, ...further.filter((_, i) => !(apart[i]! > 0))];
  const left = further.filter((_, i) => apart[i]! > 0);
  return [together, ...(truncation === 'batch' ? [left] : left.map((epsilon) => [epsilon]))];
}
