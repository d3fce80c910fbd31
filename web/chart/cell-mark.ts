import type { Chart } from 'chart.js';
import type { CellMark } from '../series/chart-spec.ts';
import { hatch, setFont, type Box } from './drawing.ts';
import { toColour, type Palette } from './palette.ts';

/** How much of its colour a cell keeps whose interval includes 0. */
const PALE = 0.45;
const GAP = 1;

/** A cell of a map: its colour, the number in it, and what the number is worth. */
export function drawCell(chart: Chart, mark: CellMark, palette: Palette): void {
  const [x, y] = [chart.scales[mark.xAxis]!, chart.scales[mark.yAxis]!];
  const box: Box = {
    left: x.getPixelForValue(mark.x - 0.5) + GAP,
    right: x.getPixelForValue(mark.x + 0.5) - GAP,
    top: y.getPixelForValue(mark.y + 0.5) + GAP,
    bottom: y.getPixelForValue(mark.y - 0.5) - GAP,
  };
  const { ctx } = chart;
  const fill = mark.tone === null ? palette.surface : shadeOf(mark, palette);
  ctx.save();
  if (mark.tone !== null) {
    ctx.fillStyle = fill;
    ctx.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  }
  if (mark.isHatched) hatch(ctx, box, palette.faint);
  if (mark.isOutlined) outline(ctx, box, palette.text);
  if (mark.hasCorner) drawCorner(ctx, box, palette.text);
  setFont(ctx, readableOn(fill), 12, mark.isOutlined ? '600' : 'normal');
  if (ctx.measureText(mark.text).width + 4 <= box.right - box.left) {
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(mark.text, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
  }
  ctx.restore();
}

function outline(ctx: CanvasRenderingContext2D, { left, right, top, bottom }: Box, colour: string): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.5;
  ctx.beginPath();
  ctx.moveTo(left + 1, top + 1);
  ctx.lineTo(right - 1, top + 1);
  ctx.lineTo(right - 1, bottom - 1);
  ctx.lineTo(left + 1, bottom - 1);
  ctx.closePath();
  ctx.stroke();
}

function drawCorner(ctx: CanvasRenderingContext2D, { right, top }: Box, colour: string): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(right - 11, top);
  ctx.lineTo(right, top);
  ctx.lineTo(right, top + 11);
  ctx.closePath();
  ctx.fill();
}

function shadeOf({ tone, isPale }: CellMark, palette: Palette): string {
  const colour = toColour({ tone: tone! }, palette);
  return isPale ? mix(colour, palette.surface, PALE) : colour;
}

function mix(colour: string, ground: string, share: number): string {
  const [a, b] = [channels(colour), channels(ground)];
  return `#${a
    .map((value, i) =>
      Math.round(share * value + (1 - share) * b[i]!)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Black or white, whichever has the larger contrast on a colour (WCAG's relative luminance). */
function readableOn(colour: string): string {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! > 0.179 ? '#000000' : '#ffffff';
}

/** `#0072b2` → 0, 114, 178 */
function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));
}
