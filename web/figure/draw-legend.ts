import { LIGHT_PALETTE, toColour, withOpacity } from '../chart/palette.ts';
import { dashOf } from '../series/colour-keys.ts';
import type { Canvas, LegendItem } from './figure.ts';
import { SWATCH, type PlacedText } from './layout.ts';

/** The entries of a legend, each with a small picture of what it names. The font is set already. */
export function drawLegend(context: Canvas, items: readonly LegendItem[], places: readonly PlacedText[]): void {
  items.forEach((item, index) => {
    const { text, x, y } = places[index]!;
    context.save();
    drawSwatch(context, item, x, y - 4);
    context.restore();
    context.fillStyle = LIGHT_PALETTE.text;
    context.fillText(text, x + SWATCH.width + SWATCH.gap, y);
  });
}

/** @param y its middle */
function drawSwatch(context: Canvas, { ink, look }: LegendItem, x: number, y: number): void {
  const colour = toColour(ink, LIGHT_PALETTE);
  const { width } = SWATCH;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  switch (look ?? (typeof ink === 'number' ? dashOf(ink) : undefined) ?? 'line') {
    case 'dot':
      context.arc(x + width / 2, y, 3.5, 0, 2 * Math.PI);
      context.fill();
      return;
    case 'shade':
      context.fillStyle = withOpacity(colour, 0.4);
      context.fillRect(x, y - 4, width, 8);
      return;
    case 'tick':
      context.moveTo(x + width / 2, y - 4);
      context.lineTo(x + width / 2 - 4, y + 4);
      context.lineTo(x + width / 2 + 4, y + 4);
      context.closePath();
      context.fill();
      return;
    case 'hatch':
      context.lineWidth = 1;
      for (let start = 0; start < width; start += 4) {
        context.moveTo(x + start, y + 4);
        context.lineTo(x + start + 4, y - 4);
      }
      context.stroke();
      return;
    case 'thin':
      context.lineWidth = 1;
      break;
    case 'dashed':
      context.setLineDash([6, 4]);
      break;
    case 'dotted':
      context.setLineDash([2, 3]);
      break;
    default:
  }
  context.moveTo(x, y);
  context.lineTo(x + width, y);
  context.stroke();
}
