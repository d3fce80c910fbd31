/**
 * Numbers of one array that go by at a time: 8 KB, so that several arrays stay in the first-level cache while all
 * channels see them.
 */
const NUMBERS = 2048;

/** Calls `work` for stretches of points, with the first point and the number of points. */
export function inStretches(points: number, channels: number, work: (first: number, count: number) => void): void {
  const step = Math.max(1, Math.floor(NUMBERS / channels));
  for (let first = 0; first < points; first += step) work(first, Math.min(step, points - first));
}
