import PDFDocument from 'pdfkit';
import type { Drawing, Element, PathElement, TextElement } from './elements.ts';

/** Two cuts of one typeface, as TrueType files. PDF's own fonts have no Greek letters. */
export interface FontFiles {
  regular: Uint8Array;
  bold: Uint8Array;
}

/** PDF counts in points: 72 to the inch, where CSS has 96 pixels. */
const POINTS = 0.75;

/** A picture as PDF of one page: lines stay lines, and text stays text. The signs that it needs are embedded. */
export async function toPdf({ title, width, height, elements }: Drawing, fonts: FontFiles): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: [width * POINTS, height * POINTS],
    margin: 0,
    font: fonts.regular as never,
    info: { Title: title, Creator: 'Cosweep' },
  });
  const parts: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (part: Uint8Array) => parts.push(part));
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.registerFont('regular', fonts.regular as never);
  document.registerFont('bold', fonts.bold as never);
  document.scale(POINTS);
  const clips = new Map(elements.flatMap((element) => (element.kind === 'clip' ? [[element.id, element]] : [])));
  for (const element of elements) {
    if (element.kind === 'clip') continue;
    document.save();
    for (const d of clipsOf(element, clips)) document.path(d).clip();
    if (element.kind === 'path') drawPath(document, element);
    else drawText(document, element);
    document.restore();
  }
  document.end();
  await ended;
  return joined(parts);
}

type Clips = ReadonlyMap<string, Extract<Element, { kind: 'clip' }>>;

function clipsOf(element: Element, clips: Clips): string[] {
  if (element.clip === null) return [];
  const clip = clips.get(element.clip)!;
  return [...clipsOf(clip, clips), clip.d];
}

function drawPath(document: PDFKit.PDFDocument, { d, paint }: PathElement): void {
  if ('fill' in paint) {
    document.fillOpacity(paint.fill.opacity).path(d).fill(paint.fill.hex);
    return;
  }
  const { stroke, width, cap, join, dash, offset } = paint;
  document
    .lineWidth(width)
    .lineCap(cap as 'butt')
    .lineJoin(join as 'miter')
    .strokeOpacity(stroke.opacity);
  // A dash of nothing is an error to PDF readers.
  if (dash.some((length) => length > 0)) document.dash(dash as never, { phase: offset });
  document.path(d).stroke(stroke.hex);
}

function drawText(document: PDFKit.PDFDocument, { text, matrix, font, anchor, colour }: TextElement): void {
  document.font(isBold(font.weight) ? 'bold' : 'regular').fontSize(font.size);
  document.fillColor(colour.hex).fillOpacity(colour.opacity);
  const width = document.widthOfString(text);
  document.transform(...matrix);
  document.text(text, anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2, 0, {
    lineBreak: false,
    baseline: 'alphabetic',
  });
}

export function isBold(weight: string): boolean {
  return weight === 'bold' || Number(weight) >= 600;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
