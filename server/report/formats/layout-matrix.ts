import { parameterTitle, parameterValues } from './parameter-text.ts';
import { differenceText, remarkOf, valueText } from './row-text.ts';
import { headCell, textCell, type BodyCell, type BodyLine, type HeadCell, type Layout } from './layout.ts';
import type { AblationTable, Matrix, MetricTable, TableRow } from '../table/table.ts';

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
    corner,
    ...table.tables.flatMap((metric) =>
      table.cols === null
        ? [headCell(several ? '' : metric.metric)]
        : values.map((value) => ({ text: '', math: value, span: 1, group: false })),
    ),
  ]);
  const labels = parameterValues(table.rows, rowValues, table.batches);
  const lines = matrix.lines.map((line, index): BodyLine => ({
    apart: line.ablation !== null,
    cells: [
      textCell(lineLabel(labels[index]!, line.ablation)),
      ...table.tables.flatMap((metric) =>
        line.cells.map(({ row, span }) => matrixCell(row === null ? null : metric.rows[row]!, metric, span)),
      ),
    ],
  }));
  return { labels: 1, columns: 1 + width * table.tables.length, head, lines };
}

function matrixCell(row: TableRow | null, metric: MetricTable, span: number): BodyCell {
  if (row === null) return { kind: 'value', value: null, below: null, remark: '', span };
  const most = Math.max(...metric.rows.map(({ n }) => n));
  return {
    kind: 'value',
    value: valueText(row, metric),
    below: differenceText(row, metric),
    remark: remarkOf(row, metric, most),
    span,
  };
}

function lineLabel(value: string, ablation: string | null): string {
  if (ablation === null) return value || NOT_IN_FORCE;
  return value === '' ? ablation : `${value} (${ablation})`;
}
