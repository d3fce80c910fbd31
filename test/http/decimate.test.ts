import { expect, test } from 'vitest';
import { columnSize, decimate } from '../../server/http/decimate.ts';
import { Stream } from '../../server/sweep/random.ts';
import type { Curve } from '../../server/sweep/results.ts';

function curve(length: number): Curve {
  const stream = new Stream(1, 'decimate');
  return { batches: Array.from({ length }, (_, i) => i), values: Array.from({ length }, () => stream.normal()) };
}

/** The points that a column of `size` batches must contain, found in the slow, obvious way. */
function columnPoints(points: Curve, from: number, to: number, size: number, column: number) {
  return points.batches
    .map((batch, i) => ({ batch, value: points.values[i]! }))
    .filter(({ batch }) => batch >= from && batch <= to)
    .filter(({ batch }) => batch >= column * size && batch < (column + 1) * size);
}

test('keeps first, lowest, highest and last of every column, exactly, and invents nothing', () => {
  const all = curve(10_007);
  const [from, to, width, size] = [13, 9_871, 37, 512]; // 9,859 batches are more than 37 × 256
  const reduced = decimate(all, from, to, width);

  expect(columnSize(from, to, width)).toBe(size);
  expect(reduced.raw).toBe(false);
  expect(reduced.points).toBe(to - from + 1);
  expect(reduced.batches.length).toBeLessThanOrEqual(4 * (width + 1));
  for (const [i, batch] of reduced.batches.entries()) {
    expect(reduced.values[i]).toBe(all.values[batch]);
    if (i > 0) expect(batch).toBeGreaterThan(reduced.batches[i - 1]!);
  }
  for (let column = 0; column <= to / size; column++) {
    const before = columnPoints(all, from, to, size, column).map(({ value }) => value!);
    const after = columnPoints(reduced, from, to, size, column).map(({ value }) => value!);
    expect([after[0], Math.min(...after), Math.max(...after), after.at(-1)]).toEqual([
      before[0],
      Math.min(...before),
      Math.max(...before),
      before.at(-1),
    ]);
    expect(after.length).toBeLessThanOrEqual(4);
  }
});

test('points of a curve that grows stay where they are, but for those of its last column', () => {
  const all = curve(4_096);
  const upTo = (last: number) => decimate(all, 0, last, 100).batches.filter((batch) => batch < 3_000);
  expect(upTo(3_100)).toEqual(upTo(3_050));
  expect(upTo(3_199)).toEqual(upTo(3_050));
  // From here on columns are twice as wide: of the points that were there some go, and none is new.
  const wider = upTo(3_300);
  expect(wider.length).toBeLessThan(upTo(3_199).length);
  expect(upTo(3_199)).toEqual(expect.arrayContaining(wider));
});

test('a spike of one batch survives any width', () => {
  const all = curve(5_000);
  all.values[1_234] = 1e9;
  for (const width of [1, 7, 800]) expect(decimate(all, 0, 4_999, width).values).toContain(1e9);
});

test('gives the raw points where they fit', () => {
  const all = curve(100);
  expect(decimate(all, 10, 19, 10)).toEqual({
    raw: true,
    points: 10,
    batches: all.batches.slice(10, 20),
    values: all.values.slice(10, 20),
  });
  expect(decimate(all, 10, 20, 10).raw).toBe(false);
});

test('evaluations lie apart; both bounds are included', () => {
  const sparse: Curve = { batches: [0, 50, 100, 150, 200], values: [1, 2, 3, 4, 5] };
  expect(decimate(sparse, 50, 150, 800)).toEqual({ raw: true, points: 3, batches: [50, 100, 150], values: [2, 3, 4] });
});

test('the first value that was not finite stays, as null, and is neither lowest nor highest', () => {
  const all = curve(1_000);
  all.values[500] = null;
  all.values[501] = null;
  const reduced = decimate(all, 0, 999, 1);
  expect(reduced.values.filter((value) => value === null)).toHaveLength(1);
  expect(reduced.batches).toContain(500);
  const finite = all.values.filter((value) => value !== null);
  expect(reduced.values).toContain(Math.min(...finite));
  expect(reduced.values).toContain(Math.max(...finite));
});

test('an empty curve stays empty', () => {
  expect(decimate({ batches: [], values: [] }, 0, 10, 100)).toEqual({ raw: true, points: 0, batches: [], values: [] });
});
