import type { Arm } from '../../sweep/arm.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';
import { isOwnAblation } from '../../sweep/space/ablations.ts';
import { armParams, varyingNames } from '../curves/arm-params.ts';
import { findSameArms } from '../curves/same-runs.ts';
import { DIGITS } from '../number-format.ts';
import { correctForLooks } from '../statistics/looks.ts';
import { mcNemar } from '../statistics/mcnemar.ts';
import { simultaneousFactors } from '../statistics/simultaneous.ts';
import { differencesOf, testedRows } from '../table/metric-table.ts';
import type { MetricView } from '../table/metric-view.ts';
import { noValues, worstPairValues } from '../table/run-values.ts';
import { makeContext } from '../table/table-context.ts';
import { entriesByArm } from '../table/table-entries.ts';
import type { TableRow } from '../table/table.ts';
import { isCollapsed } from '../table/collapsed.ts';
import type { ComparedArm } from '../factors/compared-arm.ts';
import type { Change } from './words.ts';

/** An arm with its line of the ablation table, whose tests it shares. */
export interface JudgedArm extends ComparedArm {
  arm: Arm;
  row: TableRow;
  /** Seed → the metric. */
  values: ReadonlyMap<number, number>;
  /** The difference with its simultaneous interval; null where there is no difference. */
  change: Change | null;
  bad: BadRuns;
}

/** Runs that diverged or fell to chance, of the arm and of its control. */
export interface BadRuns {
  arm: number;
  control: number;
  planned: number;
  /** Exact McNemar test of the seeds of which one side alone is bad. */
  p: number;
}

/** A table of all arms, each compared with its own control. */
const PLAIN = {
  rows: 'arm',
  cols: null,
  baseline: null,
  target: null,
  correction: 'maxT',
  digits: DIGITS,
  ids: false,
} as const;

/** Every arm of a sweep, in the order of the plan. */
export function compareArms(results: SweepResults, metric: MetricView, at: 'last' | 'best'): JudgedArm[] {
  const options = { ...PLAIN, metrics: [metric], at };
  const same = findSameArms(results);
  // No verdict shows the worst pairs but one that is about them.
  const worst5 = metric.name === 'pairs/worst5' ? worstPairValues(results, null) : noValues(results);
  const context = makeContext(results, metric, options, worst5, same);
  const { rows } = testedRows(entriesByArm(results.arms), context);
  const varying = varyingNames(results.arms.filter(({ ablation }) => ablation === null).map(armParams));
  const bad = results.arms.map((arm) => badSeeds(context.runs[arm.index]!));
  const compared = results.arms.map((arm) => {
    const row = rows[arm.index]!;
    const differences = differencesOf([arm], context);
    const params = armParams(arm);
    return {
      arm,
      row,
      index: arm.index,
      name: arm.name,
      setting: Object.fromEntries(varying.map((name) => [name, params[name] ?? null])),
      values: context.values.get(arm.index)!,
      differences,
      isDead: row.n > 0 && row.dead >= row.n && [...differences.values()].every((value) => value === 0),
      sameAs: row.sameAs,
      isOwnAblation: isOwnAblation(arm),
      bad: countBad(bad[arm.index]!, union(row.difference?.references ?? controlOf(arm), bad), results),
    };
  });
  const factors = factorsOf(compared, results.seeds);
  return compared.map((each) => ({ ...each, change: changeOf(each.row, factors.get(each.index) ?? null) }));
}

/** The rows that are tested against their controls, each computation once. */
export function isInFamily({ row, sameAs, isOwnAblation: isOwn }: Omit<JudgedArm, 'change'>): boolean {
  return !isOwn && sameAs === null && row.difference !== null && row.difference.pMaxT !== null;
}

function factorsOf(arms: readonly Omit<JudgedArm, 'change'>[], seeds: readonly number[]): Map<number, number> {
  const family = arms.filter((arm) => isInFamily(arm) && !arm.isDead);
  const used = seeds.filter((seed) => family.some(({ differences }) => differences.has(seed)));
  const factors = simultaneousFactors(
    family.map(({ differences }) => used.map((seed) => differences.get(seed) ?? null)),
  );
  return new Map(family.map(({ index }, k) => [index, factors[k]!]));
}

/** @param factor null outside the family: the row's own Student's interval */
function changeOf({ difference }: TableRow, factor: number | null): Change | null {
  if (difference === null) return null;
  const { mean, sd, n, low, high } = difference;
  if (factor === null || sd === null) return { mean, low, high };
  if (!Number.isFinite(factor)) return { mean, low: null, high: null };
  const half = (factor * sd) / Math.sqrt(n);
  return { mean, low: mean - half, high: mean + half };
}

function controlOf({ controlIndex }: Arm): number[] {
  return controlIndex === null ? [] : [controlIndex];
}

/** The seeds that are bad in any of these arms. */
function union(arms: readonly number[], bad: readonly ReadonlySet<number>[]): Set<number> {
  return new Set(arms.flatMap((arm) => [...bad[arm]!]));
}

function badSeeds(runs: readonly RunResult[]): Set<number> {
  return new Set(runs.filter((run) => run.state === 'diverged' || isCollapsed(run)).map(({ seed }) => seed));
}

function countBad(own: ReadonlySet<number>, control: ReadonlySet<number>, results: SweepResults): BadRuns {
  const only = (one: ReadonlySet<number>, other: ReadonlySet<number>) =>
    [...one].filter((seed) => !other.has(seed)).length;
  return {
    arm: own.size,
    control: control.size,
    planned: results.seeds.length,
    p: correctForLooks(mcNemar(only(own, control), only(control, own)), results.looks),
  };
}
