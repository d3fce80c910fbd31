import { toDisplayTable, type DisplayCell } from './display-table.ts';
import type { AnyTable } from '../compare/comparison.ts';

/**
 * The table in GitHub's Markdown: one header line, a cell that spans columns is repeated in each, the footnote below.
 */
export function toMarkdown(table: AnyTable): string {
  const { caption, head, body, note } = toDisplayTable(table);
  const columns = head.map(spread);
  const titles = columns.at(-1)!.map((_, index) =>
    [...new Set(columns.map((line) => line[index]!.text))]
      .filter((text) => text !== '')
      .map(escapeMarkdown)
      .join(' '),
  );
  const lines = body.map(({ cells }) => toLine(spread(cells).map(toCell)));
  const separator = toLine(titles.map((_, index) => (body[0]?.cells[index]?.header ? ':--' : '--:')));
  return [`**${escapeMarkdown(caption)}**`, '', toLine(titles), separator, ...lines, '', escapeMarkdown(note), ''].join(
    '\n',
  );
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function toCell({ text, below, bold }: DisplayCell): string {
  const shown = bold ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
  return below === undefined ? shown : `${shown}<br><sub>${escapeMarkdown(below)}</sub>`;
}

function spread(line: readonly DisplayCell[]): DisplayCell[] {
  return line.flatMap((cell) => Array.from({ length: cell.span ?? 1 }, () => cell));
}

/** Text of others (names, labels) as text: no emphasis, links, HTML, code, new cells, new lines or control codes. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/[\\`*_{}[\]|~#!$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\b(https?|ftp|mailto|www)([:.])/gi, '$1\\$2');
}
