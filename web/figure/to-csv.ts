import type { Figure } from './figure.ts';

const COLUMNS = ['panel', 'series', 'shape', 'x', 'y', 'low', 'high', 'note'] as const;

/** What a file of a spreadsheet begins with, so that it shows β. */
const BEGIN = '\ufeff';

/** Every point of a figure, in full digits. */
export function toCsv({ panels }: Figure): string {
  const rows = panels.flatMap((panel) =>
    panel
      .rows()
      .map(({ series, shape, x, y, low = null, high = null, note = '' }) => [
        panel.label,
        series,
        shape,
        x,
        y,
        low,
        high,
        note,
      ]),
  );
  return `${BEGIN}${[COLUMNS, ...rows].map((row) => `${row.map(toCell).join(',')}\n`).join('')}`;
}

/** Text that a spreadsheet would take for a formula gets an apostrophe in front. */
function toCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
