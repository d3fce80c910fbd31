import type { Chart, ChartType, Plugin } from 'chart.js';
import type { Mark } from '../series/chart-spec.ts';
import { drawCell } from './cell-mark.ts';
import { hatch, setFont, type Box } from './drawing.ts';
import { toColour, type Palette } from './palette.ts';

export interface MarksOptions {
  marks: Mark[];
  palette: Palette;
}

declare module 'chart.js' {
  // The type parameter is Chart.js's own and has to be repeated.
  interface PluginOptionsByType<TType extends ChartType> {
    cosweepMarks?: MarksOptions;
  }
}

/** Draws the marks behind the data of a chart (areas, zero line, cells) and the marks over it (switch batch, ticks). */
export const marksPlugin: Plugin = {
  id: 'cosweepMarks',
  beforeDatasetsDraw(chart, _arguments, options) {
    const { marks, palette } = options as unknown as MarksOptions;
    for (const mark of marks) {
      if (mark.kind === 'area') drawArea(chart, mark, palette);
      if (mark.kind === 'hatch') drawHatch(chart, mark, palette);
      if (mark.kind === 'zero') drawZero(chart, mark, palette);
      if (mark.kind === 'cell') drawCell(chart, mark, palette);
    }
  },
  afterDatasetsDraw(chart, _arguments, options) {
    const { marks, palette } = options as unknown as MarksOptions;
    for (const mark of marks) {
      if (mark.kind === 'vertical') drawVertical(chart, mark, palette);
      if (mark.kind === 'tick') drawTick(chart, mark, palette);
      if (mark.kind === 'area' && mark.label !== undefined) drawAreaLabel(chart, mark, mark.label, palette);
    }
  },
};

type Of<Kind extends Mark['kind']> = Extract<Mark, { kind: Kind }>;

function drawArea(chart: Chart, mark: Of<'area'>, palette: Palette): void {
  const box = boxOf(chart, mark, chart.chartArea);
  if (box === null) return;
  chart.ctx.save();
  chart.ctx.fillStyle = palette.shade;
  chart.ctx.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  chart.ctx.restore();
}

function drawHatch(chart: Chart, mark: Of<'hatch'>, palette: Palette): void {
  const strip = chart.scales[mark.yAxis]!;
  const lane = (strip.bottom - strip.top) / mark.lanes;
  const box = boxOf(chart, mark, { top: strip.top + mark.lane * lane, bottom: strip.top + (mark.lane + 1) * lane });
  if (box !== null) hatch(chart.ctx, box, toColour(mark.ink, palette));
}

function drawAreaLabel(chart: Chart, mark: Of<'area'>, label: string, palette: Palette): void {
  const box = boxOf(chart, mark, chart.chartArea);
  if (box === null) return;
  const { ctx } = chart;
  ctx.save();
  setFont(ctx, palette.quiet);
  // A label wider than its area would cover data, so it is left out.
  if (ctx.measureText(label).width + 8 <= box.right - box.left) {
    ctx.textAlign = 'center';
    ctx.textBaseline = 'top';
    ctx.fillText(label, (box.left + box.right) / 2, box.top + 6);
  }
  ctx.restore();
}

function drawZero(chart: Chart, mark: Of<'zero'>, palette: Palette): void {
  const scale = chart.scales[mark.yAxis]!;
  const y = scale.getPixelForValue(0);
  if (y < scale.top || y > scale.bottom) return;
  stroke(
    chart.ctx,
    palette.axis,
    [],
    [
      [chart.chartArea.left, y],
      [chart.chartArea.right, y],
    ],
  );
}

function drawVertical(chart: Chart, mark: Of<'vertical'>, palette: Palette): void {
  const scale = chart.scales[mark.xAxis]!;
  const x = scale.getPixelForValue(mark.at);
  if (x < scale.left - 0.5 || x > scale.right + 0.5) return;
  const { ctx, chartArea } = chart;
  stroke(
    ctx,
    palette.quiet,
    [4, 3],
    [
      [x, chartArea.top],
      [x, chartArea.bottom],
    ],
  );
  if (mark.label === undefined) return;
  ctx.save();
  setFont(ctx, palette.quiet);
  const fitsRight = x + 5 + ctx.measureText(mark.label).width <= scale.right;
  ctx.textAlign = fitsRight ? 'left' : 'right';
  ctx.textBaseline = 'top';
  ctx.fillText(mark.label, fitsRight ? x + 5 : x - 5, chartArea.top + 4);
  ctx.restore();
}

/** A small triangle that stands on the zero line. */
function drawTick(chart: Chart, mark: Of<'tick'>, palette: Palette): void {
  const x = chart.scales[mark.xAxis]!.getPixelForValue(mark.at);
  // Ticks stand one below the other, because several may be at one batch.
  const y = chart.scales[mark.yAxis]!.getPixelForValue(0) + mark.lane * 8;
  const { ctx } = chart;
  ctx.save();
  ctx.fillStyle = toColour(mark.ink, palette);
  ctx.strokeStyle = palette.surface;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x - 5, y + 9);
  ctx.lineTo(x + 5, y + 9);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

function boxOf(
  chart: Chart,
  { xAxis, from, to }: { xAxis: string; from: number; to: number },
  { top, bottom }: { top: number; bottom: number },
): Box | null {
  const x = chart.scales[xAxis]!;
  const left = Math.max(x.left, x.getPixelForValue(from));
  const right = Math.min(x.right, x.getPixelForValue(to));
  return right > left ? { left, right, top, bottom } : null;
}

function stroke(
  ctx: CanvasRenderingContext2D,
  colour: string,
  dash: number[],
  [[x1, y1], [x2, y2]]: [[number, number], [number, number]],
): void {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.25;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.restore();
}
