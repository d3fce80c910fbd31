import type { Truncation } from '../sweep/settings.ts';

/**
 * Which ε stay together after the first batch on which their tests come out differently.
 *
 * With `batch` there is one test, so all ε that differ from the first one have the same outcome and stay together. With
 * a test per sample or class, two ε that differ from the first one may also differ from each other, and `apart` does
 * not say. There each of them goes its own way. That costs batches at worst, and is never wrong.
 *
 * @param epsilons the first ε and the further ones
 * @param apart for each further ε, how many of its tests came out differently than those of the first
 */
export function groupEpsilons(epsilons: number[], apart: number[], truncation: Truncation): number[][] {
  const [first, ...further] = epsilons as [number, ...number[]];
  const together = [first, ...further.filter((_, i) => !(apart[i]! > 0))];
  const left = further.filter((_, i) => apart[i]! > 0);
  return [together, ...(truncation === 'batch' ? [left] : left.map((epsilon) => [epsilon]))];
}
