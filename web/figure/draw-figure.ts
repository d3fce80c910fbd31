import { FONT_FAMILY } from '../chart/drawing.ts';
import { LIGHT_PALETTE } from '../chart/palette.ts';
import { drawLegend } from './draw-legend.ts';
import type { Drawing, Element, Measure } from './elements.ts';
import { WIDTHS, type Canvas, type Figure } from './figure.ts';
import { layOutFigure } from './layout.ts';
import { Recorder } from './recorder.ts';

/** Draws a figure at one of the widths. */
export function drawFigure(figure: Figure, columns: keyof typeof WIDTHS, measure: Measure): Drawing {
  const layout = layOutFigure(figure, WIDTHS[columns], (text, font) => measure(text, `${font} ${FONT_FAMILY}`));
  const elements: Element[] = [];
  const at = (x: number, y: number): Canvas =>
    new Recorder(elements, measure, { x, y }) as unknown as CanvasRenderingContext2D;
  const frame = at(0, 0);
  frame.fillStyle = LIGHT_PALETTE.surface;
  frame.fillRect(0, 0, layout.width, layout.height);
  frame.fillStyle = LIGHT_PALETTE.text;
  frame.font = `${layout.titleFont} ${FONT_FAMILY}`;
  for (const { text, x, y } of layout.title) frame.fillText(text, x, y);
  frame.font = `${layout.labelFont} ${FONT_FAMILY}`;
  layout.panels.forEach(({ y, x }, index) => frame.fillText(figure.panels[index]!.label, x + 4, y - 5));
  drawLegend(frame, figure.legend, layout.legend);
  frame.fillStyle = LIGHT_PALETTE.quiet;
  for (const { text, x, y } of layout.note) frame.fillText(text, x, y);
  layout.panels.forEach(({ x, y, width, height }, index) => figure.panels[index]!.draw(at(x, y), width, height));
  return { title: figure.title, width: layout.width, height: layout.height, elements };
}
