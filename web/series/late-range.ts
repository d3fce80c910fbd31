/**
 * Lowest and highest value from batch `from` on, with a little room; null where there is no value. A vertical axis of
 * this range shows late differences, which the steep beginning of training would press flat.
 */
export function lateRange(
  lines: { x: number[]; y: (number | null)[] }[],
  from: number,
): { min: number; max: number } | null {
  let min = Infinity;
  let max = -Infinity;
  for (const { x, y } of lines) {
    x.forEach((batch, index) => {
      const value = y[index];
      if (batch < from || value === null || value === undefined) return;
      min = Math.min(min, value);
      max = Math.max(max, value);
    });
  }
  if (!(max >= min)) return null;
  const room = (max - min || Math.abs(max) || 1) * 0.06;
  return { min: min - room, max: max + room };
}

/** The share of the shown batches that counts as the beginning. */
const BEGINNING = 0.25;

/** The batch from which on values decide the range of a late axis. */
export function lateFrom(lines: { x: number[] }[], range: { from: number; to: number | null } | null): number {
  if (range !== null) return range.from;
  const last = lines.reduce((most, { x }) => Math.max(most, x.at(-1) ?? 0), 0);
  return last * BEGINNING;
}
