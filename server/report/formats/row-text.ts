import { isSignificant } from '../table/family.ts';
import { decimalsBySpread, toFixed, toSigned } from '../number-format.ts';
import type { DifferenceText, ValueText } from './layout.ts';
import type { MetricTable, TableRow } from '../table/table.ts';

export function valueText(row: TableRow, metric: MetricTable): ValueText | null {
  if (row.mean === null) return null;
  const scale = metric.percentDecimals === null ? 1 : 100;
  const decimals = metric.percentDecimals ?? decimalsBySpread(row.sd, row.mean);
  return {
    mean: toFixed(row.mean * scale, decimals),
    sd: row.sd === null ? null : toFixed(row.sd * scale, decimals),
    bold: row.best,
  };
}

export function differenceText({ difference }: TableRow, metric: MetricTable): DifferenceText | null {
  if (difference === null) return null;
  const spread = difference.sd;
  return { ...pairText(difference, spread, metric), marked: isSignificant(difference.pMaxT) };
}

export function afterSwitchText({ afterSwitch }: TableRow, metric: MetricTable): DifferenceText | null {
  if (afterSwitch === null) return null;
  const half = afterSwitch.high === null ? null : afterSwitch.high - afterSwitch.mean;
  return { ...pairText(afterSwitch, half, metric), marked: false };
}

function pairText(
  pair: { mean: number; low: number | null; high: number | null },
  spread: number | null,
  { percentDecimals }: MetricTable,
): Omit<DifferenceText, 'marked'> {
  const scale = percentDecimals === null ? 1 : 100;
  const decimals = percentDecimals ?? decimalsBySpread(spread, pair.mean);
  const show = (value: number) => toFixed(value * scale, decimals);
  return {
    mean: toSigned(pair.mean * scale, decimals),
    interval: pair.low === null || pair.high === null ? null : [show(pair.low), show(pair.high)],
  };
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
export function remarkOf(row: TableRow, metric: MetricTable, most: number | null): string {
  const remarks: string[] = [];
  if (most !== null && row.n < most) remarks.push(`n = ${row.n}`);
  if (row.diverged > 0) remarks.push(`${row.diverged} of ${row.planned} diverged`);
  if (row.difference?.untested === 'diverged') remarks.push('p withheld');
  // Where no row is tested, the note says so once.
  else if (row.difference?.untested === 'tooFew' && metric.rows.some((other) => other.difference?.p != null))
    remarks.push('p –: n too small');
  if (row.dead > 0)
    remarks.push(row.dead < row.planned ? `term dead in ${row.dead} of ${row.planned} runs` : 'term dead');
  if (row.sameAs !== null) remarks.push(`same runs as ${metric.rows[row.sameAs]!.name}`);
  if (row.runs !== null && row.runs.length > 0) remarks.push(`runs ${row.runs.join(' ')}`);
  return remarks.join('; ');
}
