import { save } from '../data/save.ts';
import type { Drawing, Element } from './elements.ts';
import { drawFigure } from './draw-figure.ts';
import type { Columns, Figure } from './figure.ts';
import { toCsv } from './to-csv.ts';
import { toSvg } from './to-svg.ts';

/** What a page gives to save. */
export type Format = 'svg' | 'pdf' | 'png' | 'csv';

/** The resolution of the PNG: 288 dots to the inch. */
const PIXEL_RATIO = 3;

/** Makes the file of a figure in the browser, and offers it to be saved. */
export async function download(figure: Figure, name: string, format: Format, columns: Columns): Promise<void> {
  save(await write(figure, format, columns), `${name}.${format}`);
}

async function write(figure: Figure, format: Format, columns: Columns): Promise<Blob> {
  switch (format) {
    case 'csv':
      return new Blob([toCsv(figure)], { type: 'text/csv' });
    case 'svg':
      return new Blob([toSvg(drawFigure(figure, columns, measureText))], { type: 'image/svg+xml' });
    case 'png':
      return toPng(drawFigure(figure, columns, measureText));
    case 'pdf': {
      const { writePdf } = await import('./download-pdf.ts');
      return new Blob([(await writePdf(figure, columns)) as BlobPart], { type: 'application/pdf' });
    }
  }
}

let measuring: CanvasRenderingContext2D | null = null;

function measureText(text: string, font: string): number {
  measuring ??= document.createElement('canvas').getContext('2d')!;
  measuring.font = font;
  return measuring.measureText(text).width;
}

async function toPng({ width, height, elements }: Drawing): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width * PIXEL_RATIO;
  canvas.height = height * PIXEL_RATIO;
  const context = canvas.getContext('2d')!;
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  const clips = new Map(elements.flatMap((element) => (element.kind === 'clip' ? [[element.id, element]] : [])));
  for (const element of elements) {
    context.save();
    for (let clip = element.clip; clip !== null; clip = clips.get(clip)!.clip)
      context.clip(new Path2D(clips.get(clip)!.d));
    paint(context, element);
    context.restore();
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error(`the browser made no PNG of ${canvas.width} × ${canvas.height} pixels`);
  return blob;
}

function paint(context: CanvasRenderingContext2D, element: Element): void {
  if (element.kind === 'text') {
    const { text, matrix, font, anchor, colour } = element;
    context.transform(...matrix);
    context.font = `${font.weight} ${font.size}px ${font.family}`;
    context.textAlign = anchor === 'middle' ? 'center' : anchor;
    context.fillStyle = colour.hex;
    context.globalAlpha = colour.opacity;
    context.fillText(text, 0, 0);
  } else if (element.kind === 'path') {
    const { paint: look } = element;
    const path = new Path2D(element.d);
    const colour = 'fill' in look ? look.fill : look.stroke;
    context.globalAlpha = colour.opacity;
    context.fillStyle = colour.hex;
    context.strokeStyle = colour.hex;
    if ('fill' in look) return context.fill(path);
    context.lineWidth = look.width;
    context.lineCap = look.cap as CanvasLineCap;
    context.lineJoin = look.join as CanvasLineJoin;
    context.setLineDash(look.dash);
    context.lineDashOffset = look.offset;
    context.stroke(path);
  }
}
