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
  legend: PlacedText[];
  panels: Placed[];
}

const MARGIN = 16;
const PANEL_WIDTH = 420;
const PANEL_HEIGHT = 440;
/** Panels side by side; more go into further rows. */
const MOST_ABREAST = 3;

/**
 * Where the parts of an exported figure go, in CSS pixels. Titles and legends may be long, so their lines are broken to
 * the width.
 */
export function layOutFigure(
  title: string,
  panels: number,
  legend: string[],
  measure: (text: string, font: string) => number,
): FigureLayout {
  const titleFont = '600 17px';
  const labelFont = '12px';
  const abreast = Math.max(1, Math.min(MOST_ABREAST, panels));
  const width = 2 * MARGIN + abreast * PANEL_WIDTH;
  const inner = width - 2 * MARGIN;

  const titleLines = breakLines(title, inner, (text) => measure(text, titleFont));
  const titles = titleLines.map((text, line) => ({ text, x: MARGIN, y: MARGIN + 16 + line * 23 }));
  const legendTop = MARGIN + 16 + titleLines.length * 23;
  const entries = flow(
    legend.map((text) => ({ text, width: measure(text, labelFont) + 46 })),
    inner,
    legendTop,
  );
  const panelsTop = (entries.at(-1)?.y ?? legendTop - 20) + 12;
  const rowHeight = PANEL_HEIGHT + 24;
  return {
    width,
    height: panelsTop + Math.ceil(panels / abreast) * rowHeight + MARGIN,
    titleFont,
    labelFont,
    title: titles,
    legend: entries,
    panels: Array.from({ length: panels }, (_, index) => ({
      x: MARGIN + (index % abreast) * PANEL_WIDTH,
      y: panelsTop + Math.floor(index / abreast) * rowHeight + 24,
      width: PANEL_WIDTH,
      height: PANEL_HEIGHT,
    })),
  };
}

function breakLines(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Entries one after the other, in as many rows as it takes. */
function flow(entries: { text: string; width: number }[], width: number, top: number): PlacedText[] {
  let x = 0;
  let y = top;
  return entries.map((entry) => {
    if (x > 0 && x + entry.width > width) {
      x = 0;
      y += 20;
    }
    const placed = { text: entry.text, x: MARGIN + x, y };
    x += entry.width;
    return placed;
  });
}
