import { expect, test } from 'vitest';
import type { Forest, ForestLine } from '../../server/http/schemas/verdict.ts';
import { chooseLines, scaleOf } from '../../web/series/forest.ts';

function line(arm: number, mean: number, half: number, more: Partial<ForestLine> = {}): ForestLine {
  return {
    arm,
    name: `arm${arm}`,
    mean,
    interval: [mean - half, mean + half],
    together: null,
    seeds: [],
    n: 6,
    text: '',
    p: null,
    isSignificant: false,
    isDead: false,
    bad: null,
    confirmation: null,
    ...more,
  };
}

const forest = (lines: ForestLine[]): Forest => ({ unit: 'points', better: 'right', overall: null, lines });

test('forty lines: all that are significant or confirmed, then the largest t; in the order of the plan', () => {
  const lines = Array.from({ length: 60 }, (_, arm) => line(arm, arm / 100, 1));
  lines[3] = line(3, 0.001, 1, { isSignificant: true });
  const fresh = { state: 'not confirmed', mean: 0, interval: null, text: '', p: null } as const;
  lines[5] = line(5, 0, 1, { confirmation: fresh });
  const { lines: shown, hidden } = chooseLines(forest(lines));
  expect(shown.map(({ arm }) => arm)).toEqual([3, 5, ...Array.from({ length: 38 }, (_, i) => 22 + i)]);
  expect(hidden).toEqual({ count: 20, low: 0, high: 0.21 });
  expect(chooseLines(forest(lines), Infinity)).toEqual({ lines, hidden: null });
  const marked = lines.map((each) => ({ ...each, isSignificant: true }));
  expect(chooseLines(forest(marked)).lines).toHaveLength(60);
});

test('the scale holds 0 and every interval over six seeds; a few seeds do not decide it', () => {
  const scale = scaleOf(forest([line(0, 2, 1), line(1, 50, 100, { n: 2 })]));
  expect([scale.low < 0, scale.high > 3, scale.high < 4]).toEqual([true, true, true]);
  expect(scale.at(scale.low)).toBe(0);
  expect(scale.at(scale.high)).toBe(1);
  expect(scale.ticks).toContain(0);
  expect(scaleOf(forest([line(1, 50, 100, { n: 2 })])).high).toBeGreaterThan(150);
  expect(scaleOf(forest([line(0, 0, 0)])).ticks).toContain(0);
});
