import { withMinus } from '../number-format.ts';
import type { BodyCell, ColumnKey, DifferenceText, HeadCell, LineKind, ValueText } from './layout.ts';
import { isComparison, type AnyTable } from '../compare/comparison.ts';
import { layOut } from './table-layout.ts';

/** A table of plain text, for pages and for the formats that are text: nothing in it is escaped yet. */
export interface DisplayTable {
  caption: string;
  head: DisplayCell[][];
  body: DisplayLine[];
  note: string;
}

export interface DisplayLine {
  kind: LineKind;
  cells: DisplayCell[];
}

export interface DisplayCell {
  text: string;
  /** The smaller lines below: the difference to the control with its interval and mark, and remarks. */
  below?: string;
  bold?: boolean;
  span?: number;
  header?: boolean;
  /** What lines are sorted by; left out where there is nothing. */
  sort?: number;
  /** Indices of the arms whose runs the cell is made of. */
  arms?: number[];
  /** Of a heading: what its column shows. */
  key?: ColumnKey;
}

export function toDisplayTable(table: AnyTable): DisplayTable {
  const layout = layOut(table);
  return {
    caption: captionOf(table),
    head: layout.head.map((line) => line.map(displayHead)),
    body: layout.lines.map(({ kind, cells }) => ({
      kind,
      cells: cells.map((cell, index) =>
        index < layout.labels ? { ...displayBody(cell), header: true } : displayBody(cell),
      ),
    })),
    note: noteOf(table),
  };
}

export function captionOf(table: AnyTable): string {
  if (isComparison(table)) {
    const names = table.sweeps.map(({ name, id }) => `${name} (${id})`).join(', ');
    return `Comparison of sweeps ${names}: ${table.metric}`;
  }
  const metrics = table.tables.map(({ metric }) => metric).join(', ');
  return `Ablation table of sweep ${table.name} (${table.sweepId}): ${metrics}`;
}

/**
 * The footnote of all metrics. Sentences about one metric follow its name; sentences that are true of all are said
 * once.
 */
export function noteOf(table: AnyTable): string {
  if (isComparison(table)) return table.note.join(' ');
  const { tables } = table;
  const shared = tables[0]!.note.filter((sentence) => tables.every(({ note }) => note.includes(sentence)));
  if (tables.length === 1) return shared.join(' ');
  const own = tables.map(
    ({ metric, note }) => `${metric}: ${note.filter((sentence) => !shared.includes(sentence)).join(' ')}`,
  );
  return [...own, 'All metrics:', ...shared].join(' ');
}

export function valueToText({ mean, sd, dotted }: ValueText): string {
  return `${withMinus(mean)}${sd === null ? '' : ` ± ${sd}`}${dotted ? '°' : ''}`;
}

export function differenceToText({ mean, interval, marked }: DifferenceText): string {
  const range = interval === null ? '' : ` [${withMinus(interval[0])}, ${withMinus(interval[1])}]`;
  return `${withMinus(mean)}${range}${marked ? '*' : ''}`;
}

function displayHead({ text, math, span, key }: HeadCell): DisplayCell {
  return {
    text: `${text}${math}`,
    header: true,
    ...(span > 1 ? { span } : {}),
    ...(key === undefined ? {} : { key }),
  };
}

function displayBody(cell: BodyCell): DisplayCell {
  return { ...bodyText(cell), ...(cell.sort === null ? {} : { sort: cell.sort }) };
}

function bodyText(cell: BodyCell): DisplayCell {
  if (cell.kind === 'text') return { text: cell.text };
  if (cell.kind === 'difference') return { text: cell.difference === null ? '' : differenceToText(cell.difference) };
  const below = [cell.below === null ? '' : differenceToText(cell.below), cell.remark]
    .filter((line) => line !== '')
    .join(' · ');
  return {
    text: cell.value === null ? '–' : valueToText(cell.value),
    ...(below === '' ? {} : { below }),
    ...(cell.value?.bold ? { bold: true } : {}),
    ...(cell.span > 1 ? { span: cell.span } : {}),
    ...(cell.arms.length > 0 ? { arms: cell.arms } : {}),
  };
}
