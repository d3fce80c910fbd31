import type { ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { mean } from '../statistics/moments.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { testFamily } from '../table/family.ts';
import { distinct } from '../table/table-entries.ts';
import { commonSeeds, isCompared, settingWithout, type ComparedArm } from './compared-arm.ts';

/** How the difference to the control changes with one parameter, everything else averaged over. */
export type Slice = BalancedSlice | SteppedSlice;

/** Every level is averaged over the same settings of the other parameters, within each seed. */
export interface BalancedSlice {
  isBalanced: true;
  factor: string;
  /** How many settings of the other parameters are averaged over. */
  settings: number;
  seeds: number[];
  levels: Level[];
  /** Every pair of levels, the later minus the earlier; above twelve levels, neighbours alone. */
  contrasts: Contrast[];
}

export interface Level {
  value: ParamValue;
  /** By seed, in the order of `seeds`. */
  means: number[];
  summary: PairedSummary;
  /** Against 0, max-T over the levels; null where it could not reach 0.05. */
  p: number | null;
}

export interface Contrast {
  from: ParamValue;
  to: ParamValue;
  summary: PairedSummary;
  /** Max-T over the pairs of the factor; null where it could not reach 0.05. */
  p: number | null;
}

/** Too few settings are there at all levels: not a curve, only steps from one level to the next. */
export interface SteppedSlice {
  isBalanced: false;
  factor: string;
  /** `change` is null where two neighbours have no setting in common. */
  steps: { from: ParamValue; to: ParamValue; settings: number; change: PairedSummary | null }[];
}

/** The pairs of a hundred levels are five thousand rows of one test. */
const MOST_LEVELS = 12;

/** The arms of a level by their setting of the other parameters. */
type Cells = Map<string, ComparedArm>;

/**
 * The slice along one parameter that varies. It is balanced where the settings of the other parameters that are there
 * at all levels are at least half of each level's.
 *
 * @param looks how often it could be tested so far, each time with more seeds
 * @returns null where fewer than two levels have an arm with a difference
 */
export function sliceAlong(factor: string, arms: readonly ComparedArm[], looks = 1): Slice | null {
  const inForce = arms.filter((arm) => isCompared(arm) && arm.setting[factor] != null);
  const byLevel = groupBy(inForce, ({ setting }) => setting[factor] ?? null);
  const values = distinct([...byLevel.keys()]);
  if (values.length < 2) return null;
  const cells = values.map(
    (value): Cells => new Map(byLevel.get(value)!.map((arm) => [settingWithout(arm, [factor]), arm])),
  );
  const shared = sharedSettings(cells);
  const seeds = commonSeeds(cells.flatMap((level) => shared.map((setting) => level.get(setting)!)));
  if (seeds.length === 0 || cells.some((level) => shared.length < level.size / 2))
    return { isBalanced: false, factor, steps: stepsOf(values, cells) };
  const means = cells.map((level) => averages(level, shared, seeds));
  return {
    isBalanced: true,
    factor,
    settings: shared.length,
    seeds,
    levels: test(means, seeds, looks).map((tested, l) => ({ value: values[l]!, means: means[l]!, ...tested })),
    contrasts: contrastsOf(values, means, seeds, looks),
  };
}

function sharedSettings([first, ...others]: readonly Cells[]): string[] {
  return [...first!.keys()].filter((setting) => others.every((level) => level.has(setting)));
}

function averages(level: Cells, settings: readonly string[], seeds: readonly number[]): number[] {
  return seeds.map((seed) => mean(settings.map((setting) => level.get(setting)!.differences.get(seed)!)));
}

function contrastsOf(
  values: readonly ParamValue[],
  means: readonly number[][],
  seeds: readonly number[],
  looks: number,
): Contrast[] {
  const pairs = values.flatMap((_, from) => {
    const after = values.length > MOST_LEVELS ? values.slice(from + 1, from + 2) : values.slice(from + 1);
    return after.map((_to, i) => [from, from + 1 + i] as const);
  });
  const changes = pairs.map(([from, to]) => means[to]!.map((value, i) => value - means[from]![i]!));
  return test(changes, seeds, looks).map((tested, k) => {
    const [from, to] = pairs[k]!;
    return { from: values[from]!, to: values[to]!, ...tested };
  });
}

/** Rows of one family. */
function test(
  rows: readonly number[][],
  seeds: readonly number[],
  looks: number,
): { summary: PairedSummary; p: number | null }[] {
  const { corrected } = testFamily(
    rows.map((row) => ({
      differences: new Map(row.map((value, i) => [seeds[i]!, value])),
      sameAs: null,
      identical: row.every((value) => value === 0),
    })),
    looks,
  );
  return rows.map((row, k) => ({ summary: summarisePairs(row)!, p: corrected[k]!.pMaxT }));
}

function stepsOf(values: readonly ParamValue[], cells: readonly Cells[]): SteppedSlice['steps'] {
  return values.slice(1).map((to, l) => {
    const pair = [cells[l]!, cells[l + 1]!] as const;
    const shared = sharedSettings(pair);
    const seeds = commonSeeds(pair.flatMap((level) => shared.map((setting) => level.get(setting)!)));
    const [before, after] = pair.map((level) => averages(level, shared, seeds)) as [number[], number[]];
    const change = summarisePairs(after.map((value, i) => value - before[i]!));
    return { from: values[l]!, to, settings: shared.length, change };
  });
}
