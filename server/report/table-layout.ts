import type { ParamValue } from '../sweep/arm.ts';
import { isLossParameter, SYMBOLS } from '../sweep/parameter-names.ts';
import { decimalsBySpread, toFixed, toP, toSigned } from './number-format.ts';
import type { AblationTable, Matrix, MetricTable, TableRow } from './table.ts';

/**
 * The table as it is read: header and lines of cells whose numbers are already text (ASCII, `-` for minus), whatever the
 * format. Markdown, HTML, LaTeX and the page are written from this and differ in nothing but their marks and escapes.
 */
export interface Layout {
  /** Columns of labels, set flush left. */
  labels: number;
  columns: number;
  head: HeadCell[][];
  lines: BodyLine[];
}

export interface HeadCell {
  text: string;
  /** The end of the text that is mathematics: `N/T` of "Switch N/T". */
  math: string;
  span: number;
  /** True for a title above several columns, which gets a rule below. */
  group: boolean;
}

export interface BodyLine {
  cells: BodyCell[];
  /** True for a control or ablation, which is set apart. */
  apart: boolean;
}

export type BodyCell =
  | { kind: 'text'; text: string }
  | { kind: 'value'; value: ValueText | null; below: DifferenceText | null; remark: string; span: number }
  | { kind: 'difference'; difference: DifferenceText | null };

export interface ValueText {
  mean: string;
  sd: string | null;
  bold: boolean;
}

export interface DifferenceText {
  mean: string;
  interval: [string, string] | null;
  marked: boolean;
}

export function layOut(table: AblationTable): Layout {
  return table.matrix === null ? layOutArms(table) : layOutMatrix(table, table.matrix);
}

// ——— one line per arm

interface ArmColumn {
  title: string;
  cell(row: TableRow, metric: MetricTable): BodyCell;
}

const ARM_COLUMNS: ArmColumn[] = [
  { title: 'mean ± sd', cell: (row, metric) => ({ kind: 'value', value: valueText(row, metric), below: null, remark: '', span: 1 }) },
  { title: 'difference', cell: (row, metric) => ({ kind: 'difference', difference: differenceText(row, metric) }) },
  { title: 'p (max-T)', cell: (row) => text(row.difference?.pMaxT == null ? '' : toP(row.difference.pMaxT)) },
  { title: 'to target', cell: (row) => text(targetText(row)) },
  { title: 'after N', cell: (row, metric) => ({ kind: 'difference', difference: afterSwitchText(row, metric) }) },
  { title: 'worst pairs', cell: (row, metric) => text(row.worst5 === null || metric.metric === 'pairs/worst5' ? '' : toFixed(row.worst5, 4)) },
];

function layOutArms(table: AblationTable): Layout {
  const shown = table.tables.map((metric) => ARM_COLUMNS.filter(({ cell }, index) => index === 0 || metric.rows.some((row) => isFilled(cell(row, metric)))));
  const first = table.tables[0]!;
  const remarks = first.rows.map((_, row) => table.tables.map((metric) => remarkOf(metric.rows[row]!, metric, null)).find((remark) => remark !== '') ?? '');
  const hasRemarks = remarks.some((remark) => remark !== '');
  const titles = [...(table.ids ? ['#'] : []), 'arm', 'n'];
  const head: HeadCell[][] = [];
  if (table.tables.length > 1) {
    head.push([...titles.map(() => headCell('')), ...table.tables.map((metric, k) => headCell(metric.metric, shown[k]!.length, true)), ...(hasRemarks ? [headCell('')] : [])]);
  }
  head.push([...titles.map((title) => headCell(title)), ...shown.flat().map(({ title }) => headCell(title)), ...(hasRemarks ? [headCell('remarks')] : [])]);
  const lines = first.rows.map((row, index): BodyLine => ({
    apart: row.control || row.ablation !== null,
    cells: [
      ...(table.ids ? [text(String(row.arm))] : []),
      text(row.name),
      text(String(row.n)),
      ...table.tables.flatMap((metric, k) => shown[k]!.map(({ cell }) => cell(metric.rows[index]!, metric))),
      ...(hasRemarks ? [text(remarks[index]!)] : []),
    ],
  }));
  return { labels: table.ids ? 2 : 1, columns: head.at(-1)!.length, head, lines };
}

function isFilled(cell: BodyCell): boolean {
  return cell.kind === 'text' ? cell.text !== '' : cell.kind === 'difference' ? cell.difference !== null : true;
}

// ——— rows × columns

function layOutMatrix(table: AblationTable, matrix: Matrix): Layout {
  const width = matrix.columns.length;
  const several = table.tables.length > 1;
  const head: HeadCell[][] = [];
  if (several) head.push([headCell(''), ...table.tables.map((metric) => headCell(metric.metric, width, true))]);
  if (table.cols !== null) {
    const title = parameterTitle(table.cols, matrix.columns, table.batches);
    head.push([headCell(''), ...table.tables.map(() => ({ ...title, span: width, group: true }))]);
  }
  const values = table.cols === null ? [] : parameterValues(table.cols, matrix.columns, table.batches);
  const rowValues = matrix.lines.map((line) => line.value);
  const corner = parameterTitle(table.rows, rowValues, table.batches);
  head.push([
    corner,
    ...table.tables.flatMap((metric) => (table.cols === null ? [headCell(several ? '' : metric.metric)] : values.map((value) => ({ text: '', math: value, span: 1, group: false })))),
  ]);
  const labels = parameterValues(table.rows, rowValues, table.batches);
  const lines = matrix.lines.map((line, index): BodyLine => ({
    apart: line.ablation !== null,
    cells: [
      text(lineLabel(labels[index]!, line.ablation)),
      ...table.tables.flatMap((metric) => line.cells.map(({ row, span }) => matrixCell(row === null ? null : metric.rows[row]!, metric, span))),
    ],
  }));
  return { labels: 1, columns: 1 + width * table.tables.length, head, lines };
}

function matrixCell(row: TableRow | null, metric: MetricTable, span: number): BodyCell {
  if (row === null) return { kind: 'value', value: null, below: null, remark: '', span };
  const most = Math.max(...metric.rows.map(({ n }) => n));
  return { kind: 'value', value: valueText(row, metric), below: differenceText(row, metric), remark: remarkOf(row, metric, most), span };
}

function lineLabel(value: string, ablation: string | null): string {
  if (ablation === null) return value;
  return value === '' ? ablation : `${value} (${ablation})`;
}

/** The title of a parameter: N as a share of the run where all its values are simple ones. */
function parameterTitle(parameter: string, values: readonly ParamValue[], batches: number | null): HeadCell {
  if (parameter === 'N') return isShare(values, batches) ? { ...headCell('Switch '), math: 'N/T' } : { ...headCell('Switch '), math: 'N (batches)' };
  return isLossParameter(parameter) ? { ...headCell(''), math: SYMBOLS[parameter] } : headCell(parameter);
}

/** Values of one parameter with the same number of decimals, so that they line up; 0 stays 0. */
function parameterValues(parameter: string, values: readonly ParamValue[], batches: number | null): string[] {
  if (parameter === 'N' && isShare(values, batches)) return values.map((value) => (value === null ? '' : toShare(value as number, batches!)));
  const decimals = Math.max(0, ...values.map((value) => (typeof value === 'number' ? decimalsOf(value) : 0)));
  const shown = decimals > 0 && isLossParameter(parameter) ? Math.max(2, decimals) : decimals;
  return values.map((value) => {
    if (value === null) return '';
    return typeof value === 'number' && value !== 0 && shown <= 6 ? value.toFixed(shown) : String(value);
  });
}

function decimalsOf(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

const DENOMINATOR = 12;

function isShare(values: readonly ParamValue[], batches: number | null): boolean {
  return batches !== null && values.every((value) => value === null || (typeof value === 'number' && Number.isInteger((value * DENOMINATOR) / batches)));
}

/** 100 of 400 → 1/4; 0 → 0; 400 of 400 → 1. */
export function toShare(value: number, batches: number): string {
  const twelfths = (value * DENOMINATOR) / batches;
  const divisor = greatestDivisor(twelfths, DENOMINATOR);
  const [above, below] = [twelfths / divisor, DENOMINATOR / divisor];
  return below === 1 ? String(above) : `${above}/${below}`;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

// ——— numbers of one row

function valueText(row: TableRow, metric: MetricTable): ValueText | null {
  if (row.mean === null) return null;
  const scale = metric.percentDecimals === null ? 1 : 100;
  const decimals = metric.percentDecimals ?? decimalsBySpread(row.sd, row.mean);
  return { mean: toFixed(row.mean * scale, decimals), sd: row.sd === null ? null : toFixed(row.sd * scale, decimals), bold: row.best };
}

function differenceText({ difference }: TableRow, metric: MetricTable): DifferenceText | null {
  if (difference === null) return null;
  const spread = difference.sd;
  return { ...pairText(difference, spread, metric), marked: difference.pMaxT !== null && difference.pMaxT < 0.05 };
}

function afterSwitchText({ afterSwitch }: TableRow, metric: MetricTable): DifferenceText | null {
  if (afterSwitch === null) return null;
  const half = afterSwitch.high === null ? null : afterSwitch.high - afterSwitch.mean;
  return { ...pairText(afterSwitch, half, metric), marked: false };
}

function pairText(pair: { mean: number; low: number | null; high: number | null }, spread: number | null, { percentDecimals }: MetricTable): Omit<DifferenceText, 'marked'> {
  const scale = percentDecimals === null ? 1 : 100;
  const decimals = percentDecimals ?? decimalsBySpread(spread, pair.mean);
  const show = (value: number) => toFixed(value * scale, decimals);
  return { mean: toSigned(pair.mean * scale, decimals), interval: pair.low === null || pair.high === null ? null : [show(pair.low), show(pair.high)] };
}

function targetText({ batchesToTarget, n }: TableRow): string {
  if (batchesToTarget === null) return '';
  return `${batchesToTarget.median ?? '–'} (${batchesToTarget.reached} of ${n})`;
}

/** What sets a row apart from its neighbours. @param most the n of the others, where the table has no column for n */
function remarkOf(row: TableRow, metric: MetricTable, most: number | null): string {
  const remarks: string[] = [];
  if (most !== null && row.n < most) remarks.push(`n = ${row.n}`);
  if (row.diverged > 0) remarks.push(`${row.diverged} of ${row.planned} diverged`);
  if (row.difference !== null && row.difference.p === null) remarks.push('p withheld');
  if (row.dead > 0) remarks.push(row.dead < row.planned ? `term dead in ${row.dead} of ${row.planned} runs` : 'term dead');
  if (row.sameAs !== null) remarks.push(`same runs as ${metric.rows[row.sameAs]!.name}`);
  if (row.runs !== null && row.runs.length > 0) remarks.push(`runs ${row.runs.join(' ')}`);
  return remarks.join('; ');
}

function headCell(title: string, span = 1, group = false): HeadCell {
  return { text: title, math: '', span, group };
}

function text(content: string): BodyCell {
  return { kind: 'text', text: content };
}
