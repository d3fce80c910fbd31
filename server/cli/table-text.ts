import type { DisplayCell, DisplayTable } from '../report/formats/display-table.ts';
import { printable } from '../sweep/printable.ts';
import { displayWidth } from './display-width.ts';

const GAP = '  ';
/** Remarks are longer than that only where no column would be left of it. */
const MOST_TEXT = 40;

/**
 * A table as plain text for a terminal: aligned by the columns that signs take, nothing escaped. What a cell has in
 * small print stands on lines below it. A table that is wider than the terminal goes on below, with its labels again.
 *
 * @param width columns of the terminal
 */
export function tableToText({ caption, head, body, note }: DisplayTable, width: number): string {
  const lines = [...head.map((cells) => toLine(cells)), ...body.map(({ cells }) => toLine(cells))];
  const labels = body[0]?.cells.filter(({ header }) => header === true).length ?? 1;
  const columns = alignMarks(lines, head.length);
  const widths = columns[0]!.map((_, column) =>
    Math.max(...columns.flatMap((line) => line[column]!.lines.map(displayWidth))),
  );
  const blocks = toBlocks(widths, labels, width).map((shown) =>
    columns
      .flatMap((line, index) => drawLine(line, shown, widths, index === head.length - 1 ? 'rule' : 'none', labels))
      .join('\n'),
  );
  return [printable(caption), ...blocks, wrap(printable(note), width).join('\n')].join('\n\n');
}

/** One cell of a column, by lines. */
interface TextCell {
  lines: string[];
  /** False for text, which is set flush left. */
  isNumber: boolean;
}

/** A cell that spans columns stands in the first of them. */
function toLine(cells: readonly DisplayCell[]): TextCell[] {
  return cells.flatMap((cell) => [
    toText(cell),
    ...Array.from({ length: (cell.span ?? 1) - 1 }, (): TextCell => ({ lines: [''], isNumber: true })),
  ]);
}

function toText({ text, below, bold, header }: DisplayCell): TextCell {
  const shown = bold === true ? `**${printable(text)}**` : printable(text);
  const isNumber = header !== true && /^[\d+\u2212–]|^$|^\*\*/.test(shown);
  const small = below === undefined ? [] : below.split(' · ').flatMap((part) => wrap(printable(part), MOST_TEXT));
  return { lines: [...(isNumber ? [shown] : wrap(shown, MOST_TEXT)), ...small], isNumber };
}

/** Numbers line up although only some carry a mark behind them. A heading stands as the cells below it do. */
function alignMarks(lines: readonly TextCell[][], heads: number): TextCell[][] {
  const count = lines[0]!.length;
  const isNumber = Array.from({ length: count }, (_, column) =>
    lines.slice(heads).every((line) => line[column]!.isNumber),
  );
  return lines.map((line, index) =>
    line.map((cell, column) => {
      if (!isNumber[column]) return { ...cell, isNumber: false };
      if (index < heads) return { ...cell, isNumber: true };
      const most = Math.max(
        ...lines.slice(heads).flatMap((other) => other[column]!.lines.map((text) => marksOf(text).length)),
      );
      return { ...cell, lines: cell.lines.map((text) => text + ' '.repeat(most - marksOf(text).length)) };
    }),
  );
}

function marksOf(text: string): string {
  return /[*°]*$/.exec(text)![0];
}

/** Which columns stand side by side: as many as fit beside the labels, at least one. */
function toBlocks(widths: readonly number[], labels: number, width: number): number[][] {
  const all = widths.map((_, column) => column);
  const always = all.slice(0, labels);
  const sizeOf = (columns: readonly number[]) =>
    columns.reduce((sum, column) => sum + widths[column]! + GAP.length, -GAP.length);
  const blocks: number[][] = [[]];
  for (const column of all.slice(labels)) {
    const last = blocks.at(-1)!;
    if (last.length > 0 && sizeOf([...always, ...last, column]) > width) blocks.push([column]);
    else last.push(column);
  }
  return blocks.map((columns) => [...always, ...columns]);
}

function drawLine(
  line: readonly TextCell[],
  shown: readonly number[],
  widths: readonly number[],
  below: 'rule' | 'none',
  labels: number,
): string[] {
  const height = Math.max(...shown.map((column) => line[column]!.lines.length));
  const drawn = Array.from({ length: height }, (_, row) =>
    shown
      .map((column) => {
        const { lines, isNumber } = line[column]!;
        const text = lines[row] ?? '';
        const space = ' '.repeat(widths[column]! - displayWidth(text));
        return isNumber && column >= labels ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd(),
  ).filter((text) => text !== '');
  return below === 'rule' ? [...drawn, shown.map((column) => '─'.repeat(widths[column]!)).join(GAP)] : drawn;
}

/** Lines of at most so many columns, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
