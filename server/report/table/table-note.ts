import { isLossParameter, SYMBOLS } from '../../sweep/parameter-names.ts';
import { isFinished, type RunState, type SweepResults } from '../../sweep/results.ts';
import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { bitClasses } from './bit-classes.ts';
import { LEVEL, type Families, type Family } from './family.ts';
import type { MetricView } from './metric-view.ts';
import { plural, toPValue } from '../number-format.ts';
import type { TableContext } from './table-context.ts';
import type { ParsedOptions } from './table-options.ts';
import type { Balance, MetricTable, TableRow } from './table.ts';
import { trainingTime } from './usage-note.ts';

type Described = Omit<MetricTable, 'note'>;

/** The footnote: everything that a reader has to know to read the table, as sentences. */
export function writeNote(
  { results, metric, options, balance }: TableContext,
  table: Described,
  families: Families,
): string[] {
  return [
    ...values(metric, options, table),
    ...averages(balance),
    differences(results, options, table),
    ...tests(results, table, families.arms, options),
    ...ownAblations(table, families.ablations, options),
    ...bold(table),
    ...sameComputations(table),
    ...collapsed(table),
    // Rows × columns have no room for these.
    ...(options.rows === 'arm' ? [...targets(metric, table), ...afterSwitch(table), ...worst5(metric, table)] : []),
    ...missing(results, table),
    ...engines(results),
    ...sharing(results),
    ...audits(results),
    ...classes(results),
    ...trainingTime(results),
    ...data(results),
  ];
}

function values(metric: MetricView, { at }: ParsedOptions, { rows, images }: Described): string[] {
  const percent = metric.accuracy ? ' in percent' : '';
  const when =
    metric.name === 'pairs/worst5'
      ? 'mean error over the five class pairs that the controls of the other seeds confuse most, at the last evaluation'
      : at === 'best'
        ? `${metric.name}${percent} at each run's best evaluation (a maximum over evaluations is optimistic)`
        : `${metric.name}${percent} at the last evaluation`;
  const image =
    images !== null
      ? [`One image of the evaluation set is ${plural(Number((100 / images).toPrecision(2)), 'point')}.`]
      : [];
  return [`Values are mean ± standard deviation (n − 1) of ${when}; n = ${span(rows.map((row) => row.n))}.`, ...image];
}

export function averages(balance: Balance | null): string[] {
  if (balance === null || balance.averaged.length === 0) return [];
  const names = balance.averaged.map((name) => (isLossParameter(name) ? SYMBOLS[name] : name)).join(', ');
  if (!balance.isBalanced)
    return [`Unbalanced: cells have different settings of ${names}, so lines and columns differ by these too.`];
  const { settings, leftOut } = balance;
  const out = leftOut.length === 0 ? '' : ` Left out, since other cells lack their settings: ${some(leftOut)}.`;
  return [`Cells average over ${plural(settings, 'setting')} of ${names}, within each seed.${out}`];
}

const MOST_NAMED = 12;

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function differences(results: SweepResults, { baseline }: ParsedOptions, { rows }: Described): string {
  const to =
    baseline === null
      ? 'the arm without the intra-class phase and with the same other settings'
      : `the arm ${results.arms[baseline]!.name}`;
  if (rows.every((row) => row.difference === null || isToParents(row)))
    return `No pair of runs is complete yet, so no difference to ${to} is known.`;
  return `Differences are to ${to}, paired by seed: mean with Student's 95 % interval (unadjusted).`;
}

function tests(
  results: SweepResults,
  { rows, test, correction }: Described,
  family: Family,
  options: ParsedOptions,
): string[] {
  const { counted, reach } = family;
  const compared = rows.filter((row) => row.difference !== null && !isToParents(row));
  if (compared.length === 0) return [];
  if (!isFinished(results)) return ['Nothing is tested before every planned run has ended.'];
  const tooFew = compared.filter((row) => row.difference!.untested === 'tooFew').length;
  const sentences =
    counted === 0
      ? []
      : [
          options.correction === 'none'
            ? `* p < ${LEVEL}: ${test}, not corrected for ${plural(counted, 'row')}.`
            : `* p < ${LEVEL}: ${test}, corrected by ${correction}, ` +
              `over the family of all differences of the sweep (${counted}).`,
          ...grown(results, rows, family),
          ...(results.looks > 1 ? [`All p are corrected for ${results.looks} looks (p × ${results.looks}).`] : []),
        ];
  if (counted > 0 && tooFew > 0)
    sentences.push(`Not in the family: ${plural(tooFew, 'row')} with an n too small for any p under ${LEVEL}.`);
  const seeds = Math.max(...compared.map((row) => row.difference!.n));
  const least = smallestP(Math.min(seeds, reach), counted);
  const zeros = reach < seeds ? `, at most ${reach} of them with a difference that is not zero,` : '';
  if (least.maxT > LEVEL)
    sentences.push(
      `With ${plural(seeds, 'seed')}${zeros} no p can be under ${toPValue(least.maxT)}: ` +
        'no difference can be significant.',
    );
  else if (least.holm > LEVEL && options.correction === 'holm')
    sentences.push(`Holm's correction cannot go under ${toPValue(least.holm)}.`);
  else if (compared.some(({ difference }) => difference!.p !== null && difference!.p <= results.looks * least.maxT))
    sentences.push(`The smallest p that there can be is ${toPValue(results.looks * least.maxT)}.`);
  if (compared.some((row) => row.difference!.untested === 'diverged')) {
    sentences.push(
      'p is withheld where an arm and its control diverged on different seeds, since only survivors would count.',
    );
  }
  return sentences;
}

/** Arms that were added belong to the family as if they had been there from the beginning. */
function grown({ armsBefore }: SweepResults, rows: Described['rows'], { isMember, counted }: Family): string[] {
  const sizes = armsBefore.map((before) =>
    rows.filter((row, k) => isMember[k] && row.arms.every((arm) => arm < before)),
  );
  const before = sizes.map(({ length }) => length).filter((size) => size < counted);
  return before.length === 0 ? [] : [`Arms were added: family ${[...new Set([...before, counted])].join(' → ')}.`];
}

function isToParents({ difference }: TableRow): boolean {
  return difference?.isToParents === true;
}

function ownAblations({ rows }: Described, { counted }: Family, { correction }: ParsedOptions): string[] {
  const own = rows.filter((row) => isToParents(row));
  if (own.length === 0) return [];
  const which = own.length === 1 ? 'Its difference is' : 'Their differences are';
  const family =
    counted === 0
      ? 'there are too few seeds for a test'
      : correction === 'none'
        ? 'tested in the same way'
        : `tested in a family of their own (${counted})`;
  return [
    `Not compared with a control: ${some(own.map((row) => row.name))}. ${which} to the arm that the ablation was ` +
      `derived from, or within each seed to the mean of several (parent → ablation); ${family}.`,
  ];
}

function bold({ rows }: Described): string[] {
  if (!rows.some((row) => row.best)) return [];
  const among = [
    ...(new Set(rows.map((row) => row.n)).size > 1 ? ['with the largest n'] : []),
    ...(rows.some((row) => row.diverged > 0) ? ['without diverged runs'] : []),
  ];
  const like = rows.some((row) => row.likeBest)
    ? ['° not shown to differ from the best (same test), which was itself chosen from these data.']
    : [];
  return [`Bold: the best mean${among.length === 0 ? '' : ` of the rows ${among.join(' and ')}`}.`, ...like];
}

export function collapsed({ rows }: Pick<Described, 'rows'>): string[] {
  const fallen = rows
    .filter((row) => row.collapsed > 0)
    .map((row) => `${row.name} (${row.collapsed} of ${row.planned})`);
  return fallen.length === 0
    ? []
    : [`Collapsed, at an accuracy that chance would give, and counted in means and tests: ${some(fallen)}.`];
}

function sameComputations({ rows }: Described): string[] {
  const dead = rows.filter((row) => row.isDead).map((row) => row.name);
  const same = rows.filter((row) => row.sameAs !== null).map((row) => `${row.name} (as ${rows[row.sameAs!]!.name})`);
  return [
    ...(dead.length > 0
      ? [`Term dead (truncated term 0 from N to the end, so the runs are their controls'): ${dead.join(', ')}.`]
      : []),
    ...(same.length > 0 ? [`Never separated from a neighbour in ε, one run, counted once: ${same.join(', ')}.`] : []),
  ];
}

function targets({ accuracy }: MetricView, { rows }: Described): string[] {
  const targets = [...new Set(rows.flatMap(({ batchesToTarget }) => batchesToTarget?.target ?? []))];
  if (targets.length === 0) return [];
  const shown = (target: number) => (accuracy ? `${digits(100 * target)} %` : digits(target));
  const which = targets.length === 1 ? shown(targets[0]!) : "the median final value of the row's control";
  return [
    `To target: first evaluation at or above ${which} ` +
      '(median over seeds, where a run that never gets there counts as infinite), and how many runs get there.',
  ];
}

function afterSwitch({ rows }: Described): string[] {
  return rows.some((row) => row.afterSwitch !== null)
    ? ['After N: mean difference over the evaluations from the switch to the end.']
    : [];
}

function worst5(metric: MetricView, { rows }: Described): string[] {
  if (metric.name === 'pairs/worst5' || !rows.some((row) => row.worst5 !== null)) return [];
  return ['Worst pairs: mean error over the five class pairs that the controls of the other seeds confuse most.'];
}

const CAUSES: Record<RunState, string> = {
  complete: 'complete without a finite value',
  diverged: 'diverged (in no mean)',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'still running',
  waiting: 'not yet started',
};

function missing({ arms, seeds }: SweepResults, { missing: cells }: Described): string[] {
  if (cells.length === 0) return [];
  const causes = (Object.keys(CAUSES) as RunState[])
    .map((state) => ({ state, count: cells.filter((cell) => cell.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${CAUSES[state]}`);
  return [`Missing of ${arms.length * seeds.length} runs: ${causes.join(', ')}.`];
}

function engines({ runs }: SweepResults): string[] {
  const names = [...new Set(runs.map((run) => run.engine).filter((engine) => engine !== null))].sort();
  return names.length > 1 ? [`Runs come from different engines: ${names.join(', ')}.`] : [];
}

function sharing({ inexact }: SweepResults): string[] {
  if (inexact === undefined) return [];
  return [
    `Stages are shared though the program's forks are not exact (${inexact}): runs are not the same as unshared; ` +
      'a run and its control have one common prefix all the same.',
  ];
}

function audits({ audit }: SweepResults): string[] {
  if (audit === undefined) return [];
  return [`Machines that should compute the same bits do not: ${audit}. One of them may be faulty.`];
}

function classes(results: SweepResults): string[] {
  const all = bitClasses(results);
  if (all.length < 2) return [];
  const named = all.map(({ bits, seeds }) => {
    const some = `seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`;
    return bits === null ? `${some} (signature unknown)` : `${some} (signature ${bits.slice(0, 12)})`;
  });
  return [
    `Seeds come from ${all.length} classes of bits, which round differently: ${named.join('; ')}. ` +
      'A run and its control are always of one seed.',
  ];
}

function data({ runs }: SweepResults): string[] {
  const hashes = [...new Set(runs.map((run) => run.dataFingerprint).filter((hash) => hash !== null))].sort();
  if (hashes.length === 0) return [];
  const shown = hashes.map((hash) => hash.slice(0, 16)).join(', ');
  return [`Data: SHA-256 ${shown}${hashes.length > 1 ? ' (runs of different data)' : ''}.`];
}

/** `10 seeds`, `6 to 10 seeds` */
function span(counts: readonly number[]): string {
  const low = Math.min(...counts);
  const high = Math.max(0, ...counts);
  return low < high ? `${low} to ${plural(high, 'seed')}` : plural(high, 'seed');
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
