/**
 * Holm's correction of a family of p-values ("A simple sequentially rejective multiple test procedure", 1979). Of m
 * values the smallest is multiplied by m, the next by m − 1, and so on. The results never fall and are never above 1;
 * they are in the order given.
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const corrected = new Array<number>(values.length);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (values.length - rank) * values[index]!));
    corrected[index] = running;
  });
  return corrected;
}
