import { BasicPlatform } from 'chart.js';
import { Chart } from '../chart/chart-js.ts';
import { LIGHT_PALETTE } from '../chart/palette.ts';
import { toConfig } from '../chart/to-config.ts';
import type { ChartShape, ChartSpec } from '../series/chart-spec.ts';
import type { Canvas, CsvRow, LegendItem, Panel } from './figure.ts';

/** @param ratio height by width */
export function chartPanel(label: string, spec: ChartSpec, ratio = 0.68): Panel {
  return {
    label,
    heightAt: (width) => Math.round(width * ratio),
    draw: (context, width, height) => drawChart(context, spec, width, height),
    rows: () => spec.shapes.flatMap((shape) => rowsOf(shape, spec)),
  };
}

/** Chart.js needs no page: only a context, and a canvas that says its size. */
function drawChart(context: Canvas, spec: ChartSpec, width: number, height: number): void {
  const canvas = { width, height, style: {}, getContext: () => context } as unknown as HTMLCanvasElement;
  Object.assign(context, { canvas });
  const config = toConfig(spec, LIGHT_PALETTE);
  new Chart(
    context as never,
    {
      ...config,
      platform: BasicPlatform,
      options: { ...config.options, responsive: false, devicePixelRatio: 1, events: [] },
    } as never,
  ).destroy();
}

function rowsOf(shape: ChartShape, spec: ChartSpec): CsvRow[] {
  const series = shape.series ?? shape.label ?? shape.id;
  const categories = spec.axes.find(({ id }) => id === shape.xAxis)?.categories;
  const at = (x: number) => categories?.[Math.round(x)] ?? x;
  if (shape.kind === 'band')
    return shape.x.map((x, i) => ({
      series,
      shape: 'band',
      x: at(x),
      y: null,
      low: shape.low[i] ?? null,
      high: shape.high[i] ?? null,
    }));
  return shape.x.map((x, i) => ({
    series,
    shape: shape.kind === 'line' ? 'line' : 'point',
    x: at(x),
    y: shape.y[i] ?? null,
    ...(shape.kind === 'points' && shape.notes?.[i] !== undefined ? { note: shape.notes[i] } : {}),
  }));
}

/** Every name that a chart shows, once, as it is drawn. */
export function legendOf(spec: ChartSpec): LegendItem[] {
  const items = new Map<string, LegendItem>();
  for (const shape of spec.shapes) {
    if (shape.label === null || shape.label === '' || items.has(shape.label)) continue;
    const look = shape.kind === 'points' ? 'dot' : shape.kind === 'band' ? 'shade' : (shape.dash ?? 'line');
    items.set(shape.label, { label: shape.label, ink: shape.ink, look });
  }
  return [...items.values()];
}
