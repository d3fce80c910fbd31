/** Images of one class that an evaluation took for another class. */
export interface ConfusedPair {
  /** Their true class. */
  actual: number;
  predicted: number;
  count: number;
}

const MOST = 10;

/**
 * The ordered pairs of classes that were confused most, at most ten; of pairs with equal counts those of lower classes
 * come first.
 *
 * @param confusion rows are true classes
 */
export function confusedPairs(confusion: readonly (readonly number[])[]): ConfusedPair[] {
  return confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST);
}
