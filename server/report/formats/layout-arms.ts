import { toFixed, toP } from '../number-format.ts';
import { afterSwitchText, differenceText, remarkOf, targetText, valueText } from './row-text.ts';
import { headCell, textCell, type BodyCell, type BodyLine, type HeadCell, type Layout } from './layout.ts';
import type { AblationTable, MetricTable, TableRow } from '../table/table.ts';

interface ArmColumn {
  title: string;
  cell(row: TableRow, metric: MetricTable): BodyCell;
}

const ARM_COLUMNS: ArmColumn[] = [
  {
    title: 'mean ± sd',
    cell: (row, metric) => ({ kind: 'value', value: valueText(row, metric), below: null, remark: '', span: 1 }),
  },
  { title: 'difference', cell: (row, metric) => ({ kind: 'difference', difference: differenceText(row, metric) }) },
  { title: 'p (max-T)', cell: (row) => textCell(row.difference?.pMaxT == null ? '' : toP(row.difference.pMaxT)) },
  { title: 'to target', cell: (row) => textCell(targetText(row)) },
  { title: 'after N', cell: (row, metric) => ({ kind: 'difference', difference: afterSwitchText(row, metric) }) },
  {
    title: 'worst pairs',
    cell: (row, metric) =>
      textCell(row.worst5 === null || metric.metric === 'pairs/worst5' ? '' : toFixed(row.worst5, 4)),
  },
];

/** One line per arm, one group of columns per metric; columns that would be empty are left out. */
export function layOutArms(table: AblationTable): Layout {
  const shown = table.tables.map((metric) =>
    ARM_COLUMNS.filter(({ cell }, index) => index === 0 || metric.rows.some((row) => isFilled(cell(row, metric)))),
  );
  const first = table.tables[0]!;
  const remarks = first.rows.map(
    (_, row) =>
      table.tables.map((metric) => remarkOf(metric.rows[row]!, metric, null)).find((remark) => remark !== '') ?? '',
  );
  const hasRemarks = remarks.some((remark) => remark !== '');
  const titles = [...(table.ids ? ['#'] : []), 'arm', 'n'];
  const head: HeadCell[][] = [];
  if (table.tables.length > 1) {
    head.push([
      ...titles.map(() => headCell('')),
      ...table.tables.map((metric, k) => headCell(metric.metric, shown[k]!.length, true)),
      ...(hasRemarks ? [headCell('')] : []),
    ]);
  }
  head.push([
    ...titles.map((title) => headCell(title)),
    ...shown.flat().map(({ title }) => headCell(title)),
    ...(hasRemarks ? [headCell('remarks')] : []),
  ]);
  const lines = first.rows.map((row, index): BodyLine => ({
    apart: row.control || row.ablation !== null,
    cells: [
      ...(table.ids ? [textCell(String(row.arm))] : []),
      textCell(row.name),
      textCell(String(row.n)),
      ...table.tables.flatMap((metric, k) => shown[k]!.map(({ cell }) => cell(metric.rows[index]!, metric))),
      ...(hasRemarks ? [textCell(remarks[index]!)] : []),
    ],
  }));
  return { labels: table.ids ? 2 : 1, columns: head.at(-1)!.length, head, lines };
}

function isFilled(cell: BodyCell): boolean {
  return cell.kind === 'text' ? cell.text !== '' : cell.kind === 'difference' ? cell.difference !== null : true;
}
