import { printable } from '../sweep/printable.ts';
import { displayWidth } from './display-width.ts';

/** A cell of a list on the terminal; numbers are aligned at the right. */
export type Cell = string | number | null;

/**
 * Lines with aligned columns; `null` is shown as a dash. Control characters are replaced, so that text from a
 * definition cannot steer the terminal.
 */
export function toColumns(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [
    head.map(printable),
    ...rows.map((row) => row.map((cell) => (cell === null ? '–' : printable(String(cell))))),
  ];
  const right = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => row[column] === null || typeof row[column] === 'number'),
  );
  const widths = head.map((_, column) => Math.max(...texts.map((row) => displayWidth(row[column]!))));
  return texts
    .map((row) =>
      row
        .map((text, column) => pad(text, widths[column]!, right[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - displayWidth(text));
  return right ? space + text : text + space;
}
