import type { Arm } from '../../sweep/arm.ts';
import { isFinished } from '../../sweep/results.ts';
import { afterSwitch } from './after-switch.ts';
import { commonParams } from '../curves/arm-params.ts';
import { batchesToTarget } from './batches-to-target.ts';
import { findBest } from './best-rows.ts';
import { testFamily, type Family } from './family.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { percentDecimals } from '../number-format.ts';
import { summarisePairs } from '../statistics/paired-summary.ts';
import { averageArms, divergedTogether, pairBySeed, type RunValues } from './run-values.ts';
import { referenceOf, type TableContext } from './table-context.ts';
import type { Entry } from './table-entries.ts';
import { writeNote } from './table-note.ts';
import type { Difference, MetricTable, TableRow } from './table.ts';
import { CORRECTION, describeTest } from '../statistics/test-words.ts';

/** The rows of one metric: values, differences with their tests, and the footnote. */
export function metricTable(entries: readonly Entry[], context: TableContext): MetricTable {
  const { metric } = context;
  const { rows, family } = testedRows(entries, context);
  const bySeed = entries.map(({ arms }) => averageValues(arms, context.values));
  findBest(rows, bySeed, metric, context.results.looks).forEach((best, index) => {
    rows[index]!.best = best;
  });
  const images = evaluatedImages(context);
  const table = {
    metric: metric.name,
    goal: metric.goal,
    test: describeTest(Math.max(0, ...rows.map((row) => row.difference?.n ?? 0))),
    correction: CORRECTION,
    percentDecimals: metric.accuracy ? percentDecimals(images) : null,
    rows,
    missing: listMissing(context),
  };
  return { ...table, note: writeNote(context, table, family, images) };
}

/** The rows with their tests, and without what the best row decides. */
export function testedRows(entries: readonly Entry[], context: TableContext): { rows: TableRow[]; family: Family } {
  const rows = entries.map((entry, index) => describeEntry(entry, index, entries, context));
  return { rows, family: compare(rows, entries, context) };
}

/** Everything of a row except p-values and bold, which other rows decide. */
function describeEntry(
  { name, arms }: Entry,
  index: number,
  entries: readonly Entry[],
  context: TableContext,
): TableRow {
  const values = [...averageValues(arms, context.values).values()];
  const worst = [...averageValues(arms, context.worst5).values()];
  const runs = arms.flatMap((arm) => context.runs[arm.index]!);
  const twin = arms.length === 1 ? context.same.get(arms[0]!.index) : undefined;
  const twinRow =
    twin === undefined ? -1 : entries.findIndex((other) => other.arms.length === 1 && other.arms[0]!.index === twin);
  return {
    arm: arms.length === 1 ? arms[0]!.index : null,
    arms: arms.map((arm) => arm.index),
    name,
    control: arms.every((arm) => arm.control),
    ablation: arms.every((arm) => arm.ablation === arms[0]!.ablation) ? arms[0]!.ablation : null,
    diverged: runs.filter((run) => run.state === 'diverged').length,
    planned: arms.length * context.results.seeds.length,
    params: commonParams(arms),
    n: values.length,
    mean: values.length === 0 ? null : mean(values),
    sd: standardDeviation(values),
    best: false,
    difference: describeDifference(arms, context),
    batchesToTarget: batchesToTarget(arms, context),
    afterSwitch: afterSwitch(arms, context),
    worst5: worst.length === 0 ? null : mean(worst),
    dead: runs.filter((run) => run.intraDead === true && run.state === 'complete').length,
    sameAs: twinRow >= 0 && twinRow < index ? twinRow : null,
    runs: context.options.ids ? runs.map((run) => run.id) : null,
  };
}

function averageValues(arms: readonly Arm[], values: RunValues): Map<number, number> {
  return averageArms(arms.map((arm) => values.get(arm.index)!));
}

function describeDifference(arms: readonly Arm[], context: TableContext): Difference | null {
  const summary = summarisePairs([...differencesOf(arms, context).values()]);
  if (summary === null) return null;
  const references = new Set(arms.map((arm) => referenceOf(arm, context)));
  return {
    control: references.size === 1 ? [...references][0]! : null,
    ...summary,
    untested: null,
    p: null,
    pHolm: null,
    pMaxT: null,
  };
}

/** Seed → difference, averaged over the arms within each seed. */
export function differencesOf(arms: readonly Arm[], context: TableContext): Map<number, number> {
  return averageArms(
    arms.flatMap((arm) => {
      const reference = referenceOf(arm, context);
      return reference === null ? [] : [pairBySeed(context.values.get(arm.index)!, context.values.get(reference)!)];
    }),
  );
}

/** Fills in the p-values of every row with a difference. */
function compare(rows: readonly TableRow[], entries: readonly Entry[], context: TableContext): Family {
  const family = testFamily(
    entries.map(({ arms }, index) => {
      const { dead, n, sameAs } = rows[index]!;
      const differences = differencesOf(arms, context);
      const isDead = dead > 0 && dead >= n * arms.length;
      return { differences, sameAs, identical: isDead && [...differences.values()].every((value) => value === 0) };
    }),
    context.results.looks,
  );
  const isTested = isFinished(context.results);
  rows.forEach((row, index) => {
    if (row.difference === null) return;
    if (!isTested) row.difference.untested = 'unfinished';
    else if (isWithheld(entries[index]!.arms, context)) row.difference.untested = 'diverged';
    else if (family.tooFew[index]) row.difference.untested = 'tooFew';
    else Object.assign(row.difference, family.corrected[index]);
  });
  return family;
}

/** Where an arm and its control diverged on different seeds, only survivors would be compared. */
function isWithheld(arms: readonly Arm[], context: TableContext): boolean {
  return arms.some((arm) => {
    const reference = referenceOf(arm, context);
    return reference !== null && !divergedTogether(context.runs[arm.index]!, context.runs[reference]!);
  });
}

/** Planned runs that are in no mean: not complete, or complete without a finite value. */
function listMissing({ results, values, runs }: TableContext): MetricTable['missing'] {
  return results.arms.flatMap((arm) =>
    results.seeds.flatMap((seed) => {
      if (values.get(arm.index)!.has(seed)) return [];
      const run = runs[arm.index]!.find((other) => other.seed === seed);
      return [{ arm: arm.index, seed, state: run?.state ?? ('waiting' as const) }];
    }),
  );
}

/** Images behind one value of an accuracy, the fewest where runs differ; null where no run says. */
function evaluatedImages({ results, metric }: TableContext): number | null {
  const part = metric.name.split('/')[0];
  const counts =
    part === 'train'
      ? results.arms.map((arm) => arm.training.batchSize)
      : results.runs
          .flatMap((run) => (run.evaluated === null ? [] : [run.evaluated[part === 'test' ? 'test' : 'val']]))
          .filter((count) => count > 0);
  return counts.length === 0 ? null : counts.reduce((least, count) => Math.min(least, count));
}
