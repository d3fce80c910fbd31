/**
 * The x ≥ 0 at which a distribution function reaches a share, to the last bit that a double has: the smallest double
 * that bisection finds not to be below it.
 *
 * @param below P(X < x), rising from 0 at x = 0
 * @param share in (0, 1)
 */
export function invert(below: (x: number) => number, share: number): number {
  let low = 0;
  let high = 1;
  while (below(high) < share) high *= 2;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (below(middle) < share) low = middle;
    else high = middle;
  }
  return high;
}
