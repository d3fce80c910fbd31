import type { DisplayCell, DisplayLine, DisplayTable } from '../../server/http/schemas/display-table.ts';

/** What is left of a table of which a reader looks at some lines, in an order of their own. */

export interface LineOrder {
  /** The column that lines are sorted by; null: as the table comes. */
  column: number | null;
  descending: boolean;
  /** Only lines with this text among their labels. */
  text: string;
}

/** Controls come first, whatever the rest is sorted by: they are what everything is compared with. */
export function orderLines(body: readonly DisplayLine[], { column, descending, text }: LineOrder): DisplayLine[] {
  const wanted = text.trim().toLowerCase();
  const shown = body.filter(({ cells }) =>
    cells.some((cell) => cell.header === true && cell.text.toLowerCase().includes(wanted)),
  );
  if (column === null) return shown;
  const sign = descending ? -1 : 1;
  const keyOf = ({ cells }: DisplayLine) => spread(cells)[column]?.sort ?? null;
  const others = shown.filter(({ kind }) => kind !== 'control').sort((a, b) => compare(keyOf(a), keyOf(b), sign));
  return [...shown.filter(({ kind }) => kind === 'control'), ...others];
}

/** Lines without a value are last either way. */
function compare(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b);
}

/** The columns in an order for narrow screens: what a reader came for is in sight without scrolling. */
const FIRST = ['label', 'difference', 'p', 'mean', 'n'];

/** With the difference and its p right behind the labels; a table of parameters stays as it is. */
export function narrowTable<Table extends Pick<DisplayTable, 'head' | 'body'>>(table: Table): Table {
  const keys = (table.head.at(-1) ?? []).map(({ key }) => key);
  if (!keys.includes('difference')) return table;
  const groups = groupOf(keys);
  const placeOf = (index: number) => {
    const place = FIRST.indexOf(keys[index]!);
    return place < 0 ? FIRST.length : place;
  };
  const order = keys
    .map((_, index) => index)
    .sort((a, b) => groups[a]! - groups[b]! || placeOf(a) - placeOf(b) || a - b);
  const arrange = (cells: readonly DisplayCell[]) => merge(order.map((index) => spread(cells)[index]!));
  return {
    ...table,
    head: table.head.map(arrange),
    body: table.body.map((line) => ({ ...line, cells: arrange(line.cells) })),
  };
}

/** The columns of a metric stay together: labels are 0, each metric is one more, n and remarks are last. */
function groupOf(keys: readonly (string | undefined)[]): number[] {
  let metric = 0;
  return keys.map((key) => {
    if (key === 'label') return 0;
    if (key === 'n' || key === 'remarks') return keys.length;
    if (key === 'mean') metric++;
    return metric;
  });
}

/** A cell for each column that it covers. */
export function spread(cells: readonly DisplayCell[]): DisplayCell[] {
  return cells.flatMap((cell) => Array.from({ length: cell.span ?? 1 }, () => cell));
}

/** What makes a column as wide as it is. */
export interface WidestCell {
  text: string;
  bold: boolean;
  below: string;
}

/** Of each column the longest text, and the longest text below one. */
export function widestCells(body: readonly Pick<DisplayLine, 'cells'>[]): WidestCell[] {
  const widest: WidestCell[] = [];
  for (const { cells } of body) {
    spread(cells).forEach(({ text, bold = false, below = '', span = 1 }, column) => {
      const other = (widest[column] ??= { text: '', bold: false, below: '' });
      if (span > 1) return;
      if (text.length > other.text.length) Object.assign(other, { text, bold });
      if (below.length > other.below.length) other.below = below;
    });
  }
  return widest;
}

/** Columns that the same cell covers are one cell again. */
function merge(columns: readonly DisplayCell[]): DisplayCell[] {
  const cells: DisplayCell[] = [];
  columns.forEach((cell, index) => {
    if ((cell.span ?? 1) > 1 && cell === columns[index - 1]) return;
    cells.push(cell);
  });
  return cells;
}
