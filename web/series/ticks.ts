/** Multiples of 1, 2 or 5 times a power of ten within [min, max], at most `most` of them. */
export function niceTicks(min: number, max: number, most: number): number[] {
  if (!(max > min) || most < 1) return [];
  for (let step = stepAbove((max - min) / most); ; step = stepAbove(step * 1.001)) {
    const first = Math.ceil(min / step - 1e-9);
    const last = Math.floor(max / step + 1e-9);
    // Rounded, because 3 × 0.1 is not 0.3.
    if (last - first + 1 <= most)
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
        Number(((first + index) * step).toPrecision(12)),
      );
  }
}

function stepAbove(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * (1 - 1e-12))!;
}
