import { expect, test } from 'vitest';
import { layOutFigure } from '../../web/chart/figure-layout.ts';

const measure = (text: string): number => text.length * 10;

test('three panels stand side by side, a fourth begins a row', () => {
  const { panels, width, height } = layOutFigure('short', 4, ['β = 0.1'], measure);
  expect(panels.map(({ x }) => x)).toEqual([16, 436, 856, 16]);
  expect(new Set(panels.slice(0, 3).map(({ y }) => y)).size).toBe(1);
  expect(panels[3]!.y).toBeGreaterThanOrEqual(panels[0]!.y + panels[0]!.height);
  expect(width).toBe(1292);
  expect(height).toBeGreaterThanOrEqual(panels[3]!.y + panels[3]!.height);
});

test('a title and a legend that are too long are broken into lines, and nothing overlaps', () => {
  const title = 'β = 0.1 helps at N = ½: +0.27 points [0.19, 0.36], 10 of 10 seeds; hurts at N = ¼';
  const {
    title: lines,
    legend,
    panels,
    width,
  } = layOutFigure(title, 1, ['β = 0.100', 'β = 0.200', 'β = 0.300', 'β = 0.400'], measure);
  expect(lines.map(({ text }) => text).join(' ')).toBe(title);
  expect(lines.length).toBeGreaterThan(1);
  for (const { text, x } of lines) expect(x + measure(text)).toBeLessThanOrEqual(width);
  expect(new Set(legend.map(({ y }) => y)).size).toBe(2);
  expect(legend[0]!.y).toBeGreaterThan(lines.at(-1)!.y);
  expect(panels[0]!.y).toBeGreaterThan(legend.at(-1)!.y);
});
