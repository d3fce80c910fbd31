import { toFixed, toPValue } from '../number-format.ts';
import { P_TITLES } from '../table/shown-p.ts';
import type { AblationTable, MetricTable, TableRow } from '../table/table.ts';
import {
  headCell,
  lineKind,
  textCell,
  type BodyCell,
  type BodyLine,
  type ColumnKey,
  type HeadCell,
  type Layout,
  type LineKind,
} from './layout.ts';
import { remarkOf, rowTexts, targetText, type RowTexts } from './row-text.ts';

interface ArmColumn {
  key: ColumnKey;
  title: string;
  cell(row: TableRow): BodyCell;
}

/** One line per arm, one group of columns per metric; columns that would be empty are left out. */
export function layOutArms(table: AblationTable): Layout {
  const shown = table.tables.map((metric) =>
    armColumns(metric, table).filter(
      ({ cell }, index) => index === 0 || metric.rows.some((row) => isFilled(cell(row))),
    ),
  );
  const first = table.tables[0]!;
  const remarks = first.rows.map(
    (_, row) =>
      table.tables.map((metric) => remarkOf(metric.rows[row]!, metric, table, null)).find((text) => text !== '') ?? '',
  );
  const hasRemarks = remarks.some((remark) => remark !== '');
  const titles: HeadCell[] = [
    ...(table.ids ? [labelHead('#')] : []),
    labelHead('arm'),
    { ...headCell('n'), key: 'n' as const },
  ];
  const head: HeadCell[][] = [];
  if (table.tables.length > 1) {
    head.push([
      ...titles.map(() => headCell('')),
      ...table.tables.map((metric, k) => headCell(metric.metric, shown[k]!.length, true)),
      ...(hasRemarks ? [headCell('')] : []),
    ]);
  }
  head.push([
    ...titles,
    ...shown.flat().map(({ title, key }) => ({ ...headCell(title), key })),
    ...(hasRemarks ? [{ ...headCell('remarks'), key: 'remarks' as const }] : []),
  ]);
  const lines = first.rows.map((row, index): BodyLine => ({
    kind: lineKind(row),
    cells: [
      ...(table.ids ? [textCell(String(row.arm), row.arm)] : []),
      textCell(row.name, index),
      textCell(String(row.n), row.n),
      ...table.tables.flatMap((metric, k) => shown[k]!.map(({ cell }) => cell(metric.rows[index]!))),
      ...(hasRemarks ? [textCell(remarks[index]!)] : []),
    ],
  }));
  return { labels: table.ids ? 2 : 1, columns: head.at(-1)!.length, head, lines: inOrder(lines) };
}

const labelHead = (title: string): HeadCell => ({ ...headCell(title), key: 'label' });

function armColumns(metric: MetricTable, { correction, digits }: AblationTable): ArmColumn[] {
  const texts: RowTexts = rowTexts(metric, digits);
  return [
    {
      key: 'mean',
      title: 'mean ± sd',
      cell: (row) => ({
        kind: 'value',
        value: texts.value(row),
        below: null,
        remark: '',
        span: 1,
        arms: row.arms,
        sort: row.mean,
      }),
    },
    {
      key: 'difference',
      title: 'difference',
      cell: (row) => ({
        kind: 'difference',
        difference: texts.difference(row),
        sort: row.difference?.mean ?? null,
      }),
    },
    {
      key: 'p',
      title: P_TITLES[correction],
      cell: ({ difference }) => {
        const p = difference?.shown ?? null;
        return textCell(p === null ? '' : toPValue(p), p);
      },
    },
    {
      key: 'target',
      title: 'to target',
      cell: (row) => textCell(targetText(row), row.batchesToTarget?.median ?? null),
    },
    {
      key: 'after',
      title: 'after N',
      cell: (row) => ({
        kind: 'difference',
        difference: texts.afterSwitch(row),
        sort: row.afterSwitch?.mean ?? null,
      }),
    },
    {
      key: 'worst',
      title: 'worst pairs',
      cell: ({ worst5 }) =>
        worst5 === null || metric.metric === 'pairs/worst5' ? textCell('') : textCell(toFixed(worst5, 4), worst5),
    },
  ];
}

function isFilled(cell: BodyCell): boolean {
  return cell.kind === 'text' ? cell.text !== '' : cell.kind === 'difference' ? cell.difference !== null : true;
}

const ORDER: LineKind[] = ['control', 'search', 'ablation'];

/** Controls first, the other ablations last; within each in the order of the plan. */
function inOrder(lines: readonly BodyLine[]): BodyLine[] {
  return ORDER.flatMap((kind) => lines.filter((line) => line.kind === kind));
}
