import type { Figure } from './figure.ts';

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PlacedText {
  text: string;
  x: number;
  y: number;
}

export interface FigureLayout {
  width: number;
  height: number;
  titleFont: string;
  labelFont: string;
  title: PlacedText[];
  /** Where the swatch of each entry of the legend begins, on the line of its text. */
  legend: PlacedText[];
  panels: Placed[];
  note: PlacedText[];
}

const MARGIN = 8;
const GAP = 10;
/** Narrower panels have no room beside their axis. */
const NARROWEST = 280;
const LINE = 15;
const LABEL = 20;
/** What the swatch of a legend's entry takes, and the room to the next entry. */
export const SWATCH = { width: 18, gap: 6, after: 14 };

/**
 * Where the parts of a figure go, in CSS pixels. Titles, legends and notes may be long, so their lines are broken to
 * the width.
 */
export function layOutFigure(
  { title, panels, legend, note = '' }: Figure,
  width: number,
  measure: (text: string, font: string) => number,
): FigureLayout {
  const titleFont = '600 13px';
  const labelFont = '11px';
  const inner = width - 2 * MARGIN;
  const ofTitle = lines(title, inner, (text) => measure(text, titleFont));
  const titles = ofTitle.map((text, line) => ({ text, x: MARGIN, y: MARGIN + 12 + line * 18 }));
  const legendTop = MARGIN + ofTitle.length * 18 + 12;
  const entries = flow(
    legend.map(({ label }) => ({
      text: label,
      width: measure(label, labelFont) + SWATCH.width + SWATCH.gap + SWATCH.after,
    })),
    inner,
    legendTop,
  );
  const panelsTop = entries.length === 0 ? legendTop - 12 : entries.at(-1)!.y + 8;
  const placed = place(panels, inner, panelsTop);
  const panelsEnd = placed.reduce((end, { y, height }) => Math.max(end, y + height), panelsTop);
  const ofNote = lines(note, inner, (text) => measure(text, labelFont));
  return {
    width,
    height: Math.ceil(panelsEnd + (ofNote.length === 0 ? 0 : ofNote.length * LINE + 6) + MARGIN),
    titleFont,
    labelFont,
    title: titles,
    legend: entries,
    panels: placed,
    note: ofNote.map((text, line) => ({ text, x: MARGIN, y: panelsEnd + 14 + line * LINE })),
  };
}

/** In rows of as many panels as there is room for, all of one width; a wide one has a row of its own. */
function place(panels: Figure['panels'], inner: number, top: number): Placed[] {
  const abreast = Math.max(1, Math.floor((inner + GAP) / (NARROWEST + GAP)));
  const width = (inner - (abreast - 1) * GAP) / abreast;
  let y = top;
  let rowHeight = 0;
  let column = 0;
  const newRow = (): void => {
    y += rowHeight;
    rowHeight = 0;
    column = 0;
  };
  const placed = panels.map(({ label, isWide = false, heightAt }): Placed => {
    if (column > 0 && (isWide || column === abreast)) newRow();
    const own = isWide || panels.length === 1 ? inner : width;
    const above = label === '' ? 4 : LABEL;
    const height = heightAt(own);
    const box = { x: MARGIN + column * (width + GAP), y: y + above, width: own, height };
    rowHeight = Math.max(rowHeight, above + height + 4);
    column = isWide ? abreast : column + 1;
    return box;
  });
  return placed;
}

function lines(text: string, width: number, measure: (text: string) => number): string[] {
  const broken: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const longer = broken.length === 0 ? word : `${broken.at(-1)} ${word}`;
    if (broken.length > 0 && measure(longer) <= width) broken[broken.length - 1] = longer;
    else broken.push(word);
  }
  return broken;
}

/** Entries one after the other, in as many rows as it takes. */
function flow(entries: { text: string; width: number }[], width: number, top: number): PlacedText[] {
  let x = 0;
  let y = top;
  return entries.map((entry) => {
    if (x > 0 && x + entry.width > width) {
      x = 0;
      y += LINE + 2;
    }
    const placed = { text: entry.text, x: MARGIN + x, y };
    x += entry.width;
    return placed;
  });
}
