import { BasicPlatform, type Chart as ChartType } from 'chart.js';
import type { ChartSpec } from '../series/chart-spec.ts';
import { Chart } from './chart-js.ts';
import { layOutFigure, type FigureLayout, type Placed } from './figure-layout.ts';
import { FONT_FAMILY } from './drawing.ts';
import { LIGHT_PALETTE, toColour } from './palette.ts';
import { SvgContext } from './svg-context.ts';
import { toConfig } from './to-config.ts';

/** Panels under a title, as they go into a paper: always in light colours. */
export interface Figure {
  title: string;
  panels: { label: string; spec: ChartSpec }[];
  legend: { label: string; ink: number }[];
}

/** The resolution of the PNG: sharp in print at column width. */
const PIXEL_RATIO = 3;

export async function downloadSvg(figure: Figure, name: string): Promise<void> {
  save(new Blob([toSvg(figure)], { type: 'image/svg+xml' }), `${name}.svg`);
}

export async function downloadPng(figure: Figure, name: string): Promise<void> {
  const layout = layOut(figure);
  const canvas = document.createElement('canvas');
  canvas.width = layout.width * PIXEL_RATIO;
  canvas.height = layout.height * PIXEL_RATIO;
  const context = canvas.getContext('2d')!;
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  drawFrame(context, layout, figure);
  for (const { spec, x, y, width, height } of placedPanels(layout, figure)) {
    const panel = document.createElement('canvas');
    panel.width = width * PIXEL_RATIO;
    panel.height = height * PIXEL_RATIO;
    const chart = drawPanel(panel, panel.getContext('2d')!, spec, width, height, PIXEL_RATIO);
    context.drawImage(panel, x, y, width, height);
    chart.destroy();
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error(`the browser made no PNG of ${canvas.width} × ${canvas.height} pixels`);
  save(blob, `${name}.png`);
}

/** Chart.js draws on a context that writes SVG; every panel becomes a group at its place. */
export function toSvg(figure: Figure): string {
  const layout = layOut(figure);
  const frame = new SvgContext('frame', measureText);
  drawFrame(frame as unknown as CanvasRenderingContext2D, layout, figure);
  const panels = placedPanels(layout, figure).map(({ spec, x, y, width, height }, index) => {
    const context = new SvgContext(`panel-${index}`, measureText);
    const canvas = { width, height, style: {}, getContext: () => context } as unknown as HTMLCanvasElement;
    drawPanel(
      canvas,
      Object.assign(context, { canvas }) as unknown as CanvasRenderingContext2D,
      spec,
      width,
      height,
      1,
    ).destroy();
    return `<g transform="translate(${x} ${y})">\n${context.toMarkup()}\n</g>`;
  });
  const { width, height } = layout;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${[frame.toMarkup(), ...panels].join('\n')}\n</svg>\n`;
}

function layOut(figure: Figure): FigureLayout {
  return layOutFigure(
    figure.title,
    figure.panels.length,
    figure.legend.map(({ label }) => label),
    (text, font) => measureText(text, `${font} ${FONT_FAMILY}`),
  );
}

const measuring = document.createElement('canvas').getContext('2d')!;

function measureText(text: string, font: string): number {
  measuring.font = font;
  return measuring.measureText(text).width;
}

function placedPanels(layout: FigureLayout, figure: Figure): (Placed & { spec: ChartSpec })[] {
  return layout.panels.map((place, index) => ({ ...place, spec: figure.panels[index]!.spec }));
}

function drawPanel(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  spec: ChartSpec,
  width: number,
  height: number,
  devicePixelRatio: number,
): ChartType {
  const config = toConfig(spec, LIGHT_PALETTE);
  canvas.width = width;
  canvas.height = height;
  return new Chart(
    context as never,
    {
      ...config,
      platform: BasicPlatform,
      options: { ...config.options, responsive: false, devicePixelRatio, events: [] },
    } as never,
  );
}

/** Everything but the panels: title, legend, names of the panels. */
function drawFrame(context: CanvasRenderingContext2D, layout: FigureLayout, figure: Figure): void {
  context.fillStyle = LIGHT_PALETTE.surface;
  context.fillRect(0, 0, layout.width, layout.height);
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.fillStyle = LIGHT_PALETTE.text;
  context.font = `${layout.titleFont} ${FONT_FAMILY}`;
  for (const { text, x, y } of layout.title) context.fillText(text, x, y);
  context.font = `${layout.labelFont} ${FONT_FAMILY}`;
  layout.legend.forEach(({ text, x, y }, index) => {
    context.fillStyle = toColour(figure.legend[index]!.ink, LIGHT_PALETTE);
    context.fillRect(x, y - 5, 18, 3);
    context.fillStyle = LIGHT_PALETTE.quiet;
    context.fillText(text, x + 24, y);
  });
  context.fillStyle = LIGHT_PALETTE.text;
  layout.panels.forEach(({ x, y }, index) => context.fillText(figure.panels[index]!.label, x + 8, y - 6));
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  link.click();
  // The address may go only after the download has begun.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
