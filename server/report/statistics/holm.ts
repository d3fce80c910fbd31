/**
 * Holm's correction of a family of p-values ("A simple sequentially rejective multiple test procedure", 1979): the
 * smallest times m, the next times m − 1, …, never falling, never above 1; in the order given.
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
