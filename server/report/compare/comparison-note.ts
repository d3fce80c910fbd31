import { isFinished, type SweepResults } from '../../sweep/results.ts';
import { plural } from '../number-format.ts';
import { LEVEL } from '../table/family.ts';
import { averages, collapsed } from '../table/table-note.ts';
import type { SweepComparison } from './comparison.ts';
import { toShortName } from './setting-of.ts';

type Described = Omit<SweepComparison, 'note'>;

/** The footnote: everything that a reader has to know to read the table, as sentences. */
export function writeComparisonNote(comparison: Described, all: readonly SweepResults[]): string[] {
  return [
    values(comparison),
    ...averages(comparison.balance),
    "Differences are to the control of the same sweep, paired by seed: mean with Student's 95 % interval (unadjusted).",
    ...tests(comparison, all),
    ...ranks(comparison),
    ...share(comparison),
    ...differing(comparison),
    ...missing(comparison),
    ...comparison.sweeps.flatMap(({ label, table }) => collapsed(table).map((sentence) => `${label}: ${sentence}`)),
  ];
}

function values({ metric, at, sweeps }: Described): string {
  const percent = sweeps[0]!.table.accuracy ? ' in percent' : '';
  const when =
    at === 'best'
      ? "at each run's best evaluation (a maximum over evaluations is optimistic)"
      : 'at the last evaluation';
  const seeds = sweeps.map(({ label, table }) => `${label} ${Math.max(0, ...table.rows.map(({ n }) => n))}`).join(', ');
  return `Values are mean ± standard deviation (n − 1) of ${metric}${percent} ${when}; n of seeds: ${seeds}.`;
}

function tests({ family, correction, sweeps }: Described, all: readonly SweepResults[]): string[] {
  const unfinished = all.flatMap((results, k) => (isFinished(results) ? [] : [sweeps[k]!.label]));
  const looks = all.flatMap(({ looks: count }, k) => (count > 1 ? [`${sweeps[k]!.label} ${count}`] : []));
  const { test, correction: words } = sweeps[0]!.table;
  const marks =
    correction === 'none'
      ? `* p < ${LEVEL}: ${test}, not corrected for ${plural(family.differences, 'difference')}.`
      : `* p < ${LEVEL}: ${test}, corrected over one family of all ${family.differences} differences of ` +
        `${plural(family.sweeps, 'sweep')}: ${words} within each sweep, then times ${family.sweeps}.`;
  return [
    ...(family.differences === 0 ? ['Nothing is tested yet.'] : [marks]),
    ...(unfinished.length === 0 || family.differences === 0
      ? []
      : [`Not tested, since planned runs have not ended: ${unfinished.join(', ')}.`]),
    ...(looks.length === 0 ? [] : [`Corrected for looks too: ${looks.join(', ')}.`]),
    ...(sweeps.some(({ table }) => table.rows.some(({ best }) => best))
      ? ['Bold: the best mean of the column. ° not shown to differ from it (same test, within its sweep).']
      : []),
  ];
}

function ranks({ ranked, lines, sweeps }: Described): string[] {
  if (ranked < 2) return [];
  const which = ranked === lines.length ? `all ${ranked} rows` : `the ${ranked} rows that every sweep has`;
  return [`Rank: mean rank over ${plural(sweeps.length, 'sweep')} among ${which}; 1 is best.`];
}

function share({ unitOfN }: Described): string[] {
  return unitOfN === 'share' ? ['Runs are of different lengths: N is compared as a share of them (N/T).'] : [];
}

const MOST_NAMED = 8;

function differing({ differing: settings, sweeps, cols }: Described): string[] {
  const others = settings.filter(({ name }) => name !== cols);
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map(({ name, values: each }) => `${toShortName(name)} ${each.join(', ')}`);
  const more = others.length - named.length;
  const names = sweeps.map(({ label }) => label).join(', ');
  return [`The sweeps (${names}) differ in: ${named.join('; ')}${more > 0 ? ` and ${more} more` : ''}.`];
}

function missing({ lines, sweeps }: Described): string[] {
  const runs = sweeps.flatMap(({ label, table }) =>
    table.missing.length === 0 ? [] : [`${label} ${table.missing.length}`],
  );
  return [
    ...(lines.some(({ cells }) => cells.includes(null)) ? ['–: not run in that sweep.'] : []),
    ...(runs.length === 0 ? [] : [`Planned runs without a value: ${runs.join(', ')}.`]),
  ];
}
