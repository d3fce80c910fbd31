import { parameterTitle, parameterValues } from './parameter-text.ts';
import { remarkOf, rowTexts, type RowTexts } from './row-text.ts';
import {
  headCell,
  lineKind,
  textCell,
  type BodyCell,
  type BodyLine,
  type HeadCell,
  type Layout,
  type LineKind,
} from './layout.ts';
import type { AblationTable, Matrix, MatrixLine, MetricTable, TableRow } from '../table/table.ts';

/**
 * Stands for the value of a parameter where it is not in force: a line without a label would look like a part of the
 * line above.
 */
const NOT_IN_FORCE = '–';

/** Rows × columns of two parameters; several metrics side by side. */
export function layOutMatrix(table: AblationTable, matrix: Matrix): Layout {
  const width = matrix.columns.length;
  const several = table.tables.length > 1;
  const head: HeadCell[][] = [];
  if (several) head.push([headCell(''), ...table.tables.map((metric) => headCell(metric.metric, width, true))]);
  if (table.cols !== null) {
    const title = parameterTitle(table.cols, matrix.columns, table.batches);
    head.push([headCell(''), ...table.tables.map(() => ({ ...title, span: width, group: true }))]);
  }
  const values =
    table.cols === null
      ? []
      : parameterValues(table.cols, matrix.columns, table.batches).map((value) => value || NOT_IN_FORCE);
  const rowValues = matrix.lines.map((line) => line.value);
  const corner = parameterTitle(table.rows, rowValues, table.batches);
  head.push([
    { ...corner, key: 'label' as const },
    ...table.tables.flatMap((metric) =>
      table.cols === null
        ? [headCell(several ? '' : metric.metric)]
        : values.map((value) => ({ text: '', math: value, span: 1, group: false })),
    ),
  ]);
  const texts = table.tables.map((metric) => rowTexts(metric, table.digits));
  const labels = parameterValues(table.rows, rowValues, table.batches);
  const lines = matrix.lines.map((line, index): BodyLine => ({
    kind: kindOf(line, table.tables[0]!),
    cells: [
      textCell(lineLabel(labels[index]!, line.ablation), index),
      ...table.tables.flatMap((metric, k) =>
        line.cells.map(({ row, span }) => {
          const found = row === null ? null : metric.rows[row]!;
          return matrixCell(found, { metric, table, texts: texts[k]!, span, isBalanced: isBalanced(line, matrix) });
        }),
      ),
    ],
  }));
  return { labels: 1, columns: 1 + width * table.tables.length, head, lines };
}

function kindOf({ cells, ablation }: MatrixLine, { rows }: MetricTable): LineKind {
  const found = cells.find(({ row }) => row !== null);
  return lineKind({ control: found !== undefined && rows[found.row!]!.control, ablation });
}

/** Only cells of the search average over other parameters. */
function isBalanced({ ablation }: MatrixLine, { balance }: Matrix): boolean {
  return ablation !== null || balance.isBalanced;
}

interface CellParts {
  metric: MetricTable;
  table: AblationTable;
  texts: RowTexts;
  span: number;
  isBalanced: boolean;
}

function matrixCell(row: TableRow | null, { metric, table, texts, span, isBalanced: balanced }: CellParts): BodyCell {
  if (row === null) return { kind: 'value', value: null, below: null, remark: '', span, arms: [], sort: null };
  const most = Math.max(...metric.rows.map(({ n }) => n));
  const remarks = [remarkOf(row, metric, table, most), balanced ? '' : 'unbalanced'];
  return {
    kind: 'value',
    value: texts.value(row),
    below: texts.difference(row),
    remark: remarks.filter((remark) => remark !== '').join('; '),
    span,
    arms: row.arms,
    sort: row.mean,
  };
}

function lineLabel(value: string, ablation: string | null): string {
  if (ablation === null) return value || NOT_IN_FORCE;
  return value === '' ? ablation : `${value} (${ablation})`;
}
