import { toDisplayTable, type DisplayCell } from './display-table.ts';
import type { AnyTable } from '../compare/comparison.ts';

/** The table as a piece of HTML: a table with caption and a paragraph with the footnote, without styles or scripts. */
export function toHtml(table: AnyTable): string {
  const { caption, head, body, note } = toDisplayTable(table);
  return [
    '<table class="ablation">',
    `<caption>${escapeHtml(caption)}</caption>`,
    '<thead>',
    ...head.map(toLine),
    '</thead>',
    '<tbody>',
    ...body.map(({ cells }) => toLine(cells)),
    '</tbody>',
    '</table>',
    `<p class="note">${escapeHtml(note)}</p>`,
    '',
  ].join('\n');
}

function toLine(cells: readonly DisplayCell[]): string {
  return `<tr>${cells.map(toCell).join('')}</tr>`;
}

function toCell({ text, below, bold, span, header }: DisplayCell): string {
  const tag = header ? 'th' : 'td';
  const shown = bold ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text);
  const smaller = below === undefined ? '' : `<br><small>${escapeHtml(below)}</small>`;
  return `<${tag}${span === undefined ? '' : ` colspan="${span}"`}>${shown}${smaller}</${tag}>`;
}

export function escapeHtml(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
