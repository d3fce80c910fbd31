import type { Arm } from '../../sweep/arm.ts';
import { isFinished } from '../../sweep/results.ts';
import { isOthers } from '../../sweep/settings.ts';
import { isOwnAblation } from '../../sweep/space/ablations.ts';
import { afterSwitch } from './after-switch.ts';
import { commonParams } from '../curves/arm-params.ts';
import { batchesToTarget } from './batches-to-target.ts';
import { rankRows } from './best-rows.ts';
import { isCollapsed } from './collapsed.ts';
import { testFamily, type Families, type Family } from './family.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { summarisePairs } from '../statistics/paired-summary.ts';
import { averageArms, divergedTogether, pairBySeed, type RunValues } from './run-values.ts';
import { shownP } from './shown-p.ts';
import { referencesOf, referenceValues, type TableContext } from './table-context.ts';
import type { Entry } from './table-entries.ts';
import { writeNote } from './table-note.ts';
import type { Difference, MetricTable, TableRow } from './table.ts';
import { CORRECTION_WORDS, describeTest } from '../statistics/test-words.ts';

/** The rows of one metric: values, differences with their tests, and the footnote. */
export function metricTable(entries: readonly Entry[], context: TableContext): MetricTable {
  const { table, families } = tableWithoutNote(entries, context);
  return { ...table, note: writeNote(context, table, families) };
}

/** The same without the footnote, with the families that were tested. */
export function tableWithoutNote(
  entries: readonly Entry[],
  context: TableContext,
): { table: Omit<MetricTable, 'note'>; families: Families } {
  const {
    metric,
    options: { correction },
  } = context;
  const { rows, families } = testedRows(entries, context);
  const bySeed = entries.map(({ arms }) => averageValues(arms, context.values));
  rankRows(rows, bySeed, metric, correction, context.results.looks).forEach((standing, index) =>
    Object.assign(rows[index]!, standing),
  );
  const table = {
    metric: metric.name,
    goal: metric.goal,
    accuracy: metric.accuracy,
    images: metric.accuracy ? evaluatedImages(context) : null,
    test: describeTest(Math.max(0, ...rows.map((row) => row.difference?.n ?? 0))),
    correction: CORRECTION_WORDS[correction],
    rows,
    missing: listMissing(context),
  };
  return { table, families };
}

/** The rows with their tests, and without what the best row decides. */
export function testedRows(entries: readonly Entry[], context: TableContext): { rows: TableRow[]; families: Families } {
  const rows = entries.map((entry, index) => describeEntry(entry, index, entries, context));
  return { rows, families: compare(rows, entries, context) };
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
  const complete = runs.filter(({ state }) => state === 'complete');
  const dead = complete.filter(({ intraDead }) => intraDead === true).length;
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
    likeBest: false,
    difference: describeDifference(arms, context),
    batchesToTarget: batchesToTarget(arms, context),
    afterSwitch: afterSwitch(arms, context),
    worst5: worst.length === 0 ? null : mean(worst),
    dead,
    isDead: dead > 0 && dead === complete.length,
    collapsed: complete.filter(isCollapsed).length,
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
  const references = [...new Set(arms.flatMap((arm) => referencesOf(arm, context)))];
  return {
    control: references.length === 1 ? references[0]! : null,
    references,
    isToParents: context.options.baseline === null && arms.every(isOwnAblation),
    ...summary,
    untested: null,
    p: null,
    pHolm: null,
    pMaxT: null,
    shown: null,
  };
}

/** Seed → difference, averaged over the arms within each seed. */
export function differencesOf(arms: readonly Arm[], context: TableContext): Map<number, number> {
  return averageArms(
    arms
      .filter((arm) => referencesOf(arm, context).length > 0)
      .map((arm) => pairBySeed(context.values.get(arm.index)!, referenceValues(arm, context))),
  );
}

/**
 * Fills in the p-values of every row with a difference. Ablations with settings of their own answer another question
 * than the arms, so they are a family of their own.
 */
function compare(rows: readonly TableRow[], entries: readonly Entry[], context: TableContext): Families {
  const of = (ablations: boolean) =>
    compareFamily(rows, entries, context, (index) => rows[index]!.difference?.isToParents === ablations);
  return { arms: of(false), ablations: of(true) };
}

function compareFamily(
  rows: readonly TableRow[],
  entries: readonly Entry[],
  context: TableContext,
  isIn: (index: number) => boolean,
): Family {
  const family = testFamily(
    entries.map(({ arms }, index) => {
      const { isDead, sameAs } = rows[index]!;
      const differences = isIn(index) ? differencesOf(arms, context) : new Map<number, number>();
      return {
        differences,
        sameAs: sameAs !== null && isIn(sameAs) ? sameAs : null,
        identical: isDead && [...differences.values()].every((value) => value === 0),
      };
    }),
    context.results.looks,
  );
  const isTested = isFinished(context.results);
  rows.forEach(({ difference }, index) => {
    if (difference === null || !isIn(index)) return;
    if (!isTested) difference.untested = 'unfinished';
    else if (isWithheld(entries[index]!.arms, context)) difference.untested = 'diverged';
    else if (family.tooFew[index]) difference.untested = 'tooFew';
    else Object.assign(difference, family.corrected[index]);
    difference.shown = shownP(difference, context.options.correction);
  });
  return family;
}

/** Where an arm and what it is compared with diverged on different seeds, only survivors would be compared. */
function isWithheld(arms: readonly Arm[], context: TableContext): boolean {
  return arms.some((arm) =>
    referencesOf(arm, context).some(
      (reference) => !divergedTogether(context.runs[arm.index]!, context.runs[reference]!),
    ),
  );
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
      ? results.arms.flatMap(({ training }) => (isOthers(training) ? [] : [training.batchSize]))
      : results.runs
          .flatMap((run) => (run.evaluated === null ? [] : [run.evaluated[part === 'test' ? 'test' : 'val']]))
          .filter((count) => count > 0);
  return counts.length === 0 ? null : counts.reduce((least, count) => Math.min(least, count));
}
