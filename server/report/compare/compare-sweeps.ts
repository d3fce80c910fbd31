import type { ParamValue } from '../../sweep/arm.ts';
import { toVisible } from '../../sweep/problem.ts';
import { isFinished, type SweepResults } from '../../sweep/results.ts';
import { findSameArms } from '../curves/same-runs.ts';
import { tableWithoutNote } from '../table/metric-table.ts';
import { worstPairValues } from '../table/run-values.ts';
import { makeContext } from '../table/table-context.ts';
import { groupOf, type Entry } from '../table/table-entries.ts';
import type { ParsedOptions } from '../table/table-options.ts';
import type { MetricTable, TableRow } from '../table/table.ts';
import { averageRanks } from './average-ranks.ts';
import { parseComparison } from './comparison-options.ts';
import { writeComparisonNote } from './comparison-note.ts';
import type { ComparedSweep, ComparisonOptions, SweepComparison } from './comparison.ts';
import { LAYERS, layersInWords } from './layers-in-words.ts';
import { placeArms } from './place-arms.ts';
import { settingsOf } from './setting-of.ts';

/**
 * Several sweeps in one table: a column for each, a line for each arm or for each value of a parameter. Every cell is
 * compared with the control of its own sweep. All differences of all columns are one family: p is corrected within each
 * sweep as in its own table, then multiplied by the number of sweeps, so that a mark holds over the whole table.
 *
 * @throws UserError on options that do not fit every sweep, and on sweeps that have too many lines
 */
export function compareSweeps(all: readonly SweepResults[], options: ComparisonOptions = {}): SweepComparison {
  const { rows, cols, tables } = parseComparison(all, options);
  const { at, correction, digits, metrics } = tables[0]!;
  const lengths = new Set(all.flatMap(({ arms }) => arms.map(({ training }) => training.batches)));
  const unitOfN = lengths.size === 1 ? 'batches' : 'share';
  const { lines, entries, varying, balance } = placeArms(all, rows, unitOfN);
  const labels = labelsOf(all, cols);
  const columns = all.map((results, k) => columnOf(results, entries[k]!, tables[k]!));
  const families = columns.map(({ tested }) => tested).filter((count) => count > 0);
  const sweeps = all.map(({ id, name, arms }, k): ComparedSweep => ({
    id,
    name,
    label: labels[k]!,
    armNames: arms.map((arm) => arm.name),
    table: correction === 'none' ? columns[k]!.table : forSweeps(columns[k]!.table, families.length),
  }));
  const ranks = metrics[0]!.directed
    ? rank(
        lines,
        columns.map(({ table }) => table),
      )
    : lines.map(() => null);
  const comparison = {
    metric: metrics[0]!.name,
    goal: metrics[0]!.goal,
    at,
    rows,
    cols,
    correction,
    digits,
    unitOfN,
    batches: lengths.size === 1 ? [...lengths][0]! : null,
    sweeps,
    lines: lines.map((line, index) => ({ ...line, averageRank: ranks[index]! })),
    varying,
    balance,
    family: { differences: families.reduce((sum, count) => sum + count, 0), sweeps: families.length },
    ranked: ranks.filter((each) => each !== null).length,
    differing: differing(all),
  } as const;
  return { ...comparison, note: writeComparisonNote(comparison, all) };
}

interface Column {
  table: ComparedSweep['table'];
  /** How many of its differences are tested; 0 while the sweep has not ended. */
  tested: number;
}

/** Without rows and columns of its own: a cell of the comparison is a row of its sweep's table. */
function columnOf(results: SweepResults, entries: readonly Entry[], options: ParsedOptions): Column {
  const worst5 = worstPairValues(results, options.baseline);
  const context = makeContext(results, options.metrics[0]!, options, worst5, findSameArms(results));
  const { table, families } = tableWithoutNote(entries, context);
  return { table, tested: isFinished(results) ? families.arms.counted + families.ablations.counted : 0 };
}

/** The p that are shown, corrected for so many families instead of one (Bonferroni). */
function forSweeps(table: ComparedSweep['table'], families: number): ComparedSweep['table'] {
  const corrected = ({ difference, ...row }: TableRow): TableRow => ({
    ...row,
    difference: difference && {
      ...difference,
      shown: difference.shown === null ? null : Math.min(1, difference.shown * families),
    },
  });
  return { ...table, rows: table.rows.map(corrected) };
}

function rank(lines: readonly { cells: (number | null)[] }[], columns: readonly Pick<MetricTable, 'rows' | 'goal'>[]) {
  const values = lines.map(({ cells }) => cells.map((row, k) => (row === null ? null : columns[k]!.rows[row]!.mean)));
  return averageRanks(values, columns[0]!.goal);
}

/** A value that several sweeps have is followed by the sweep's id. */
function labelsOf(all: readonly SweepResults[], cols: string): string[] {
  const written = all.map(({ name, arms }) => (cols === 'sweep' ? name : String(settingsOf(arms[0]!)[cols] ?? '–')));
  const values = cols === LAYERS ? layersInWords(all, written).map(String) : written;
  return values.map((value, k) => {
    const isAlone = values.filter((other) => other === value).length === 1;
    return toVisible(isAlone ? value : `${value} (${all[k]!.id})`);
  });
}

/** Settings that are the same within each sweep and differ between them. */
function differing(all: readonly SweepResults[]): SweepComparison['differing'] {
  const bySweep = all.map(({ arms }) => {
    const search = arms.filter((arm) => groupOf(arm) === null);
    return (search.length > 0 ? search : arms).map(settingsOf);
  });
  const names = new Set(bySweep.flatMap((arms) => arms.flatMap((settings) => Object.keys(settings))));
  return [...names]
    .map((name) => ({ name, distinct: bySweep.map((arms) => [...new Set(arms.map((each) => each[name] ?? null))]) }))
    .filter(({ distinct }) => distinct.every((values) => values.length === 1))
    .map(({ name, distinct }) => ({ name, values: distinct.map(([value]): ParamValue => value!) }))
    .filter(({ values }) => new Set(values).size > 1)
    .map(({ name, values }) => (name === LAYERS ? { name, values: layersInWords(all, values) } : { name, values }));
}
