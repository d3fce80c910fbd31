/** Anything that a cell can hold; null and a number that is not finite make an empty cell. */
export type CsvValue = string | number | boolean | null;

/**
 * What a CSV file begins with. Without it, Excel reads the file in the system's old encoding and shows Î² for β. Other
 * programs skip it. What goes to a pipe has none, since programs read it there.
 */
export const CSV_FILE_BEGIN = '\ufeff';

/** Lines of RFC 4180 (`\n` between them): the first line names the columns. */
export function toCsvLines(columns: readonly string[], rows: Iterable<readonly CsvValue[]>): string {
  let text = toCsvLine(columns);
  for (const row of rows) text += toCsvLine(row);
  return text;
}

export function toCsvLine(cells: readonly CsvValue[]): string {
  return `${cells.map(toCsvCell).join(',')}\n`;
}

/**
 * One cell. Text that a spreadsheet would take for a formula gets an apostrophe in front, unless it is a number; tabs
 * and returns count too, since some programs skip them before they look.
 */
export function toCsvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !isNumber(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}
