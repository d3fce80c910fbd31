import boldAddress from 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf?url';
import regularAddress from 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf?url';
import { drawFigure } from './draw-figure.ts';
import type { Columns, Figure } from './figure.ts';
import { toPdf } from './to-pdf.ts';
import { openTypeface } from './typeface.ts';

/** In a file of its own, since the writer and its typeface are larger than all pages together. */
export async function writePdf(figure: Figure, columns: Columns): Promise<Uint8Array> {
  const [regular, bold] = await Promise.all([regularAddress, boldAddress].map(load));
  const fonts = { regular: regular!, bold: bold! };
  return toPdf(drawFigure(figure, columns, openTypeface(fonts).measure), fonts);
}

async function load(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the typeface ${address} has status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
