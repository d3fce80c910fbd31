import { isSignificant } from '../table/family.ts';
import { toCsvLines, type CsvValue } from './csv.ts';
import { noteOf } from './display-table.ts';
import { isComparison, type AnyTable } from '../compare/comparison.ts';
import { comparisonToCsv } from './comparison-csv.ts';
import type { MetricTable, TableRow } from '../table/table.ts';

/**
 * The table for programs: a line per arm (or cell), numbers in full. With several metrics their columns carry the
 * metric's name. The footnote stands in the last column of the first line, where it disturbs no parser.
 */
export function toCsv(table: AnyTable): string {
  if (isComparison(table)) return comparisonToCsv(table);
  const first = table.tables[0]!;
  const params = [...new Set(first.rows.flatMap((row) => Object.keys(row.params)))];
  const prefix = (metric: MetricTable) => (table.tables.length > 1 ? `${metric.metric} ` : '');
  const columns = [
    'arm',
    'name',
    'control',
    'ablation',
    ...params,
    'diverged',
    'collapsed',
    'dead',
    'same_as',
    ...table.tables.flatMap((metric) =>
      Object.keys(metricCells(first.rows[0]!)).map((name) => `${prefix(metric)}${name}`),
    ),
    ...(table.ids ? ['runs'] : []),
    'note',
  ];
  const lines = first.rows.map((row, index): CsvValue[] => [
    row.arms.join(' '),
    row.name,
    row.control,
    row.ablation,
    ...params.map((key) => row.params[key] ?? null),
    row.diverged,
    row.collapsed,
    row.dead,
    row.sameAs === null ? null : first.rows[row.sameAs]!.name,
    ...table.tables.flatMap((metric) => Object.values(metricCells(metric.rows[index]!))),
    ...(table.ids ? [(row.runs ?? []).join(' ')] : []),
    index === 0 ? noteOf(table) : '',
  ]);
  return toCsvLines(columns, lines);
}

function metricCells({
  n,
  mean,
  sd,
  best,
  likeBest,
  difference,
  batchesToTarget,
  afterSwitch,
  worst5,
}: TableRow): Record<string, CsvValue> {
  return {
    n,
    mean,
    sd,
    best,
    like_best: likeBest,
    difference_control: difference?.references.join(' ') ?? null,
    difference_n: difference?.n ?? null,
    difference_mean: difference?.mean ?? null,
    difference_low: difference?.low ?? null,
    difference_high: difference?.high ?? null,
    p: difference?.p ?? null,
    p_holm: difference?.pHolm ?? null,
    p_max_t: difference?.pMaxT ?? null,
    significant: difference?.shown == null ? null : isSignificant(difference.shown),
    untested: difference?.untested ?? null,
    target: batchesToTarget?.target ?? null,
    batches_to_target: batchesToTarget?.median ?? null,
    reached: batchesToTarget?.reached ?? null,
    after_switch_mean: afterSwitch?.mean ?? null,
    after_switch_low: afterSwitch?.low ?? null,
    after_switch_high: afterSwitch?.high ?? null,
    worst5,
  };
}
