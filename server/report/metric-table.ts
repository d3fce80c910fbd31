import type { Arm } from '../sweep/arm.ts';
import type { RunResult, SweepResults } from '../sweep/results.ts';
import { meanAfterSwitch } from './after-switch.ts';
import { commonParams } from './arm-params.ts';
import { firstAtOrAbove, summariseReach } from './batches-to-target.ts';
import { findBest } from './best-rows.ts';
import { testFamily, type Comparison } from './family.ts';
import type { MetricView } from './metric-view.ts';
import { mean, median, standardDeviation } from './moments.ts';
import { percentDecimals } from './number-format.ts';
import { summarisePairs } from './paired-summary.ts';
import { runsByArm } from './runs-by-arm.ts';
import { averageArms, pairBySeed, runValues, type RunValues } from './run-values.ts';
import type { Entry } from './table-entries.ts';
import { writeNote } from './table-note.ts';
import { hasTarget, type ParsedOptions } from './table-options.ts';
import type { Difference, MetricTable, TableRow } from './table.ts';
import { CORRECTION, describeTest } from './test-words.ts';

/** What every row of one metric's table is computed from. */
interface Context {
  results: SweepResults;
  metric: MetricView;
  options: ParsedOptions;
  runs: RunResult[][];
  values: RunValues;
  worst5: RunValues;
  same: ReadonlyMap<number, number>;
}

export function metricTable(
  results: SweepResults, metric: MetricView, entries: readonly Entry[], same: ReadonlyMap<number, number>, options: ParsedOptions,
): MetricTable {
  const context: Context = {
    results, metric, options, same,
    runs: runsByArm(results),
    values: runValues(results, metric, options.at, options.baseline),
    worst5: runValues(results, { name: 'pairs/worst5', goal: 'minimize', directed: true, accuracy: false }, 'last', options.baseline),
  };
  const rows = entries.map((entry, index) => describe(entry, index, entries, context));
  const bySeed = entries.map(({ arms }) => averageArms(arms.map((arm) => context.values.get(arm.index)!)));
  const counted = compare(rows, entries, context);
  findBest(rows, bySeed, metric).forEach((best, index) => { rows[index]!.best = best; });
  const missing = listMissing(context);
  const table = {
    metric: metric.name,
    goal: metric.goal,
    test: describeTest(Math.max(0, ...rows.map((row) => row.difference?.n ?? 0))),
    correction: CORRECTION,
    percentDecimals: metric.accuracy ? percentDecimals(evaluatedImages(context)) : null,
    rows,
    missing,
  };
  return { ...table, note: writeNote(results, metric, options, table, counted, evaluatedImages(context)) };
}

/** Everything of a row but what other rows decide: p-values and bold. */
function describe(entry: Entry, index: number, entries: readonly Entry[], context: Context): TableRow {
  const { arms } = entry;
  const values = [...averageArms(arms.map((arm) => context.values.get(arm.index)!)).values()];
  const worst = [...averageArms(arms.map((arm) => context.worst5.get(arm.index)!)).values()];
  const runs = arms.flatMap((arm) => context.runs[arm.index]!);
  const twin = arms.length === 1 ? context.same.get(arms[0]!.index) : undefined;
  const twinRow = twin === undefined ? -1 : entries.findIndex((other) => other.arms.length === 1 && other.arms[0]!.index === twin);
  return {
    arm: arms.length === 1 ? arms[0]!.index : null,
    arms: arms.map((arm) => arm.index),
    name: entry.name,
    control: arms.every((arm) => arm.control),
    ablation: arms.every((arm) => arm.ablation === arms[0]!.ablation) ? arms[0]!.ablation : null,
    diverged: runs.filter((run) => run.state === 'diverged').length,
    planned: arms.length * context.results.seeds.length,
    params: commonParams(arms),
    n: values.length,
    mean: values.length === 0 ? null : mean(values),
    sd: standardDeviation(values),
    best: false,
    difference: differenceOf(arms, context),
    batchesToTarget: reachOf(arms, context),
    afterSwitch: afterSwitchOf(arms, context),
    worst5: worst.length === 0 ? null : mean(worst),
    dead: runs.filter((run) => run.intraDead === true && run.state === 'complete').length,
    sameAs: twinRow >= 0 && twinRow < index ? twinRow : null,
    runs: context.options.ids ? runs.map((run) => run.id) : null,
  };
}

/** The arm that an arm is compared with; null where there is none. */
function referenceOf(arm: Arm, { options: { baseline } }: Context): number | null {
  const reference = baseline ?? arm.controlIndex;
  return reference === arm.index ? null : reference;
}

/** Seed → difference, averaged over the arms within each seed. */
function differencesOf(arms: readonly Arm[], context: Context): Map<number, number> {
  return averageArms(arms.flatMap((arm) => {
    const reference = referenceOf(arm, context);
    return reference === null ? [] : [pairBySeed(context.values.get(arm.index)!, context.values.get(reference)!)];
  }));
}

function differenceOf(arms: readonly Arm[], context: Context): Difference | null {
  const summary = summarisePairs([...differencesOf(arms, context).values()]);
  if (summary === null) return null;
  const references = new Set(arms.map((arm) => referenceOf(arm, context)));
  return { control: references.size === 1 ? [...references][0]! : null, ...summary, p: null, pHolm: null, pMaxT: null };
}

/** Fills in the p-values of every row with a difference. @returns how many computations the family counts */
function compare(rows: readonly TableRow[], entries: readonly Entry[], context: Context): number {
  const comparisons = entries.map(({ arms }, index): Comparison => {
    const differences = differencesOf(arms, context);
    const row = rows[index]!;
    const isDead = row.dead > 0 && row.dead >= row.n * arms.length;
    return { differences, sameAs: row.sameAs, identical: isDead && [...differences.values()].every((value) => value === 0) };
  });
  const { corrected, counted } = testFamily(comparisons);
  rows.forEach((row, index) => {
    if (row.difference !== null && !isWithheld(entries[index]!.arms, context)) Object.assign(row.difference, corrected[index]);
  });
  return counted;
}

/** Where an arm and its control diverged on different numbers of seeds, only survivors would be compared. */
function isWithheld(arms: readonly Arm[], context: Context): boolean {
  const diverged = (arm: number) => context.runs[arm]!.filter((run) => run.state === 'diverged').length;
  return arms.some((arm) => {
    const reference = referenceOf(arm, context);
    return reference !== null && diverged(arm.index) !== diverged(reference);
  });
}

/** One target for all arms of a row, or none: batches to different targets have no common median. */
function reachOf(arms: readonly Arm[], context: Context): TableRow['batchesToTarget'] {
  const { metric, options, values, runs } = context;
  if (!hasTarget(metric)) return null;
  const targets = new Set(arms.map((arm) => options.target ?? targetOf(arm, context)));
  const [target] = targets;
  if (targets.size !== 1 || target === undefined || target === null) return null;
  const batches = arms.map((arm) => new Map(
    runs[arm.index]!.filter((run) => values.get(arm.index)!.has(run.seed)).map((run) => [run.seed, firstAtOrAbove(run.curves[metric.name], target)]),
  ));
  const bySeed = [...averageArms(batches).values()];
  return bySeed.length === 0 ? null : { target, ...summariseReach(bySeed) };
}

/** The median final value of the arm's control, or of the arm itself where it is one. */
function targetOf(arm: Arm, { results, metric, options, runs }: Context): number | null {
  const reference = options.baseline ?? arm.controlIndex ?? (arm.control ? arm.index : null);
  if (reference === null) return null;
  const finals = runValues({ ...results, runs: runs[reference]! }, metric, 'last', options.baseline).get(reference)!;
  return finals.size === 0 ? null : median([...finals.values()]);
}

function afterSwitchOf(arms: readonly Arm[], context: Context): TableRow['afterSwitch'] {
  const { metric, runs } = context;
  const perArm = arms.flatMap((arm) => {
    const reference = referenceOf(arm, context);
    const { N } = commonParams([arm]);
    if (reference === null || typeof N !== 'number') return [];
    const differences = new Map<number, number>();
    for (const run of runs[arm.index]!) {
      const control = runs[reference]!.find((other) => other.seed === run.seed);
      const curves = [run.curves[metric.name], control?.curves[metric.name]];
      if (run.state !== 'complete' || control?.state !== 'complete' || !curves[0] || !curves[1]) continue;
      const difference = meanAfterSwitch(curves[0], curves[1], N);
      if (difference !== null) differences.set(run.seed, difference);
    }
    return [differences];
  });
  const summary = summarisePairs([...averageArms(perArm).values()]);
  return summary && { n: summary.n, mean: summary.mean, low: summary.low, high: summary.high };
}

/** Planned runs that no mean has: not complete, or complete without a finite value. */
function listMissing({ results, values, runs }: Context): MetricTable['missing'] {
  return results.arms.flatMap((arm) => results.seeds.flatMap((seed) => {
    if (values.get(arm.index)!.has(seed)) return [];
    const run = runs[arm.index]!.find((other) => other.seed === seed);
    return [{ arm: arm.index, seed, state: run?.state ?? ('waiting' as const) }];
  }));
}

/** Images behind one value of an accuracy; null where no run says. */
function evaluatedImages({ results, metric }: Context): number | null {
  const part = metric.name.split('/')[0];
  if (part === 'train') return Math.min(...results.arms.map((arm) => arm.training.batchSize));
  const counts = results.runs.flatMap((run) => (run.evaluated === null ? [] : [run.evaluated[part === 'test' ? 'test' : 'val']])).filter((count) => count > 0);
  return counts.length === 0 ? null : Math.min(...counts);
}
