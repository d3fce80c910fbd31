import { mean } from './moments.ts';

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const ranked = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let place = from; place < to; place++) ranked[order[place]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranked;
}

/** Pearson's correlation; of ranks it is Spearman's ρ. 0 where one side does not vary. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [centerX, centerY] = [mean(x), mean(y)];
  let [both, squaresX, squaresY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - centerX, y[i]! - centerY];
    both += dx * dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
  }
  return squaresX === 0 || squaresY === 0 ? 0 : both / Math.sqrt(squaresX * squaresY);
}
