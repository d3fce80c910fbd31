import { rowDecimals, toFixed, toSigned } from '../number-format.ts';
import { columnDecimals } from '../statistics/column-decimals.ts';
import { isSignificant } from '../table/family.ts';
import type { AblationTable, MetricTable, TableRow } from '../table/table.ts';
import type { DifferenceText, ValueText } from './layout.ts';

/** The numbers of one metric as text. Each column has decimals of its own, which its spread decides. */
export interface RowTexts {
  value(row: TableRow): ValueText | null;
  difference(row: TableRow): DifferenceText | null;
  afterSwitch(row: TableRow): DifferenceText | null;
}

export function rowTexts(
  { rows, accuracy, images }: Pick<MetricTable, 'rows' | 'accuracy' | 'images'>,
  digits: number,
): RowTexts {
  const scale = accuracy ? 100 : 1;
  const image = images === null ? null : 100 / images;
  const scaled = (value: number | null) => (value === null ? null : value * scale);
  const columnOf = (sizes: (number | null)[], means: (number | null)[]): number => {
    const largest = means.reduce<number>((most, mean) => Math.max(most, Math.abs(scaled(mean) ?? 0)), 0);
    return columnDecimals(sizes.map(scaled), { image, value: largest }, digits);
  };
  const pairs = (of: (row: TableRow) => Pair | null) => {
    const known = rows.map(of).filter((pair) => pair !== null);
    const column = columnOf(
      known.map(({ low, high }) => (low === null || high === null ? null : (high - low) / 2)),
      known.map(({ mean }) => mean),
    );
    return ({ mean, low, high }: Pair): Omit<DifferenceText, 'marked'> => {
      const decimals = rowDecimals(column, [mean, low, high].map(scaled));
      const show = (value: number) => toFixed(value * scale, decimals);
      return {
        mean: toSigned(mean * scale, decimals),
        interval: low === null || high === null ? null : [show(low), show(high)],
      };
    };
  };
  const ofMeans = columnOf(
    rows.map(({ sd }) => sd),
    rows.map(({ mean }) => mean),
  );
  const ofDifferences = pairs(({ difference }) => difference);
  const ofAfterSwitch = pairs(({ afterSwitch }) => afterSwitch);
  return {
    value({ mean, sd, best, likeBest }) {
      if (mean === null) return null;
      const decimals = rowDecimals(ofMeans, [scaled(sd)]);
      return {
        mean: toFixed(mean * scale, decimals),
        sd: sd === null ? null : toFixed(sd * scale, decimals),
        bold: best,
        dotted: likeBest,
      };
    },
    difference: ({ difference }) =>
      difference && { ...ofDifferences(difference), marked: isSignificant(difference.shown) },
    afterSwitch: ({ afterSwitch }) => afterSwitch && { ...ofAfterSwitch(afterSwitch), marked: false },
  };
}

interface Pair {
  mean: number;
  low: number | null;
  high: number | null;
}

export function targetText({ batchesToTarget, n }: TableRow): string {
  if (batchesToTarget === null) return '';
  return `${batchesToTarget.median ?? '–'} (${batchesToTarget.reached} of ${n})`;
}

/**
 * What sets a row apart from its neighbours.
 *
 * @param most the n of the others, where the table has no column for n
 */
export function remarkOf(
  row: TableRow,
  metric: Pick<MetricTable, 'rows'>,
  table: Pick<AblationTable, 'armNames'>,
  most: number | null,
): string {
  const remarks: string[] = [];
  const { difference } = row;
  if (most !== null && row.n < most) remarks.push(`n = ${row.n}`);
  if (row.diverged > 0) remarks.push(`${row.diverged} of ${row.planned} diverged`);
  if (row.collapsed > 0) remarks.push(`collapsed: ${row.collapsed} of ${row.planned}`);
  if (difference !== null && difference.isToParents) remarks.push(`compared with ${referenceName(row, table)}`);
  if (difference?.untested === 'diverged') remarks.push('p withheld');
  // Where no row is tested, the note says so once.
  else if (difference?.untested === 'tooFew' && metric.rows.some((other) => other.difference?.p != null))
    remarks.push('p –: n too small');
  if (row.dead > 0) remarks.push(row.isDead ? 'term dead' : `term dead in ${row.dead} of ${row.planned} runs`);
  if (row.sameAs !== null) remarks.push(`same runs as ${metric.rows[row.sameAs]!.name}`);
  if (row.runs !== null && row.runs.length > 0) remarks.push(`runs ${row.runs.join(' ')}`);
  return remarks.join('; ');
}

function referenceName({ difference }: TableRow, { armNames }: Pick<AblationTable, 'armNames'>): string {
  const { references } = difference!;
  return references.length === 1 ? armNames[references[0]!]! : `the mean of ${references.length} arms`;
}
