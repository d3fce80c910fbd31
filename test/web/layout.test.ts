import { expect, test } from 'vitest';
import type { Panel } from '../../web/figure/figure.ts';
import { layOutFigure } from '../../web/figure/layout.ts';

const measure = (text: string): number => text.length * 6;

const panel = (more: Partial<Panel> = {}): Panel => ({
  label: 'N = ½',
  heightAt: (width) => width / 2,
  draw: () => undefined,
  rows: () => [],
  ...more,
});
const figure = (title: string, panels: Panel[], labels: string[], note = '') => ({
  title,
  panels,
  legend: labels.map((label, ink) => ({ label, ink })),
  note,
});

test('two columns have two panels abreast, one column has one; a wide panel has a row of its own', () => {
  const panels = [panel({ isWide: true }), panel(), panel(), panel()];
  const two = layOutFigure(figure('short', panels, ['β = 0.1']), 661, measure);
  expect(two.panels.map(({ x }) => x)).toEqual([8, 8, two.panels[2]!.x, 8]);
  expect(two.panels[0]!.width).toBe(645);
  expect(two.panels[2]!.x).toBeGreaterThan(8 + two.panels[1]!.width);
  expect(two.panels[1]!.y).toBe(two.panels[2]!.y);
  expect(two.panels[3]!.y).toBeGreaterThanOrEqual(two.panels[1]!.y + two.panels[1]!.height);
  expect(two.height).toBeGreaterThanOrEqual(two.panels[3]!.y + two.panels[3]!.height);
  const one = layOutFigure(figure('short', panels, []), 321, measure);
  expect(new Set(one.panels.map(({ x }) => x))).toEqual(new Set([8]));
});

test('a title, a legend and a note that are too long are broken into lines, and nothing overlaps', () => {
  const title = 'β = 0.1 helps at N = ½: +0.27 points [0.19, 0.36], 10 of 10 seeds; hurts at N = ¼';
  const note = 'Inference is over seeds for these images; corrected for all arms together by max-T.';
  const labels = ['β = 0.100', 'β = 0.200', 'β = 0.300', 'β = 0.400'];
  const placed = layOutFigure(figure(title, [panel()], labels, note), 321, measure);
  const { title: lines, legend, panels, width, height } = placed;
  expect(lines.map(({ text }) => text).join(' ')).toBe(title);
  expect(placed.note.map(({ text }) => text).join(' ')).toBe(note);
  expect(lines.length).toBeGreaterThan(1);
  for (const { text, x } of [...lines, ...placed.note]) expect(x + measure(text)).toBeLessThanOrEqual(width);
  expect(new Set(legend.map(({ y }) => y)).size).toBe(2);
  expect(legend[0]!.y).toBeGreaterThan(lines.at(-1)!.y);
  expect(panels[0]!.y).toBeGreaterThan(legend.at(-1)!.y);
  expect(placed.note[0]!.y).toBeGreaterThan(panels[0]!.y + panels[0]!.height);
  expect(height).toBeGreaterThan(placed.note.at(-1)!.y);
});
