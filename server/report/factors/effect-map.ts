import type { ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { mean } from '../statistics/moments.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { testFamily } from '../table/family.ts';
import { distinct } from '../table/table-entries.ts';
import { commonSeeds, isCompared, settingWithout, type ComparedArm } from './compared-arm.ts';

/** The difference to the control over two parameters at once. */
export interface EffectMap {
  x: string;
  y: string;
  columns: ParamValue[];
  rows: ParamValue[];
  /** By row, then by column. */
  cells: EffectCell[][];
}

/**
 * `infeasible`: no setting of the other parameters satisfies the constraints. `notRun`: nothing to compare there.
 * `dead`: the truncated term was 0 in every run, so that the difference is 0.
 */
export type EffectCell = { kind: 'infeasible' | 'notRun' } | ShownCell;

export interface ShownCell {
  kind: 'shown' | 'dead';
  arms: number[];
  summary: PairedSummary;
  /** Max-T over the cells of the map; null where it could not reach 0.05. */
  p: number | null;
  /** False where the cell averages over other settings than most cells do. */
  isBalanced: boolean;
}

/** Says whether a pair of values can satisfy the constraints. */
export type Feasible = (values: Readonly<Record<string, ParamValue>>) => boolean;

/** More cells than these are not read as a map; the arms are drawn by themselves then. */
const MOST_LEVELS = 20;

/**
 * Every cell averages the differences of its arms within each seed, over the seeds that all of them have.
 *
 * @returns null where a parameter has fewer than two levels, or too many for a map
 */
export function mapEffects(
  [x, y]: readonly [x: string, y: string],
  arms: readonly ComparedArm[],
  { isFeasible, looks = 1 }: { isFeasible: Feasible; looks?: number },
): EffectMap | null {
  const compared = arms.filter((arm) => isCompared(arm) && arm.setting[x] != null && arm.setting[y] != null);
  const [columns, rows] = [x, y].map((factor) => distinct(compared.map(({ setting }) => setting[factor]!)));
  if ([columns!, rows!].some(({ length }) => length < 2 || length > MOST_LEVELS)) return null;
  const byCell = groupBy(compared, ({ setting }) => keyOf(setting[x]!, setting[y]!));
  const shown = new Map(
    [...byCell].flatMap(([key, own]) => {
      const cell = averageOf(own);
      return cell === null ? [] : [[key, { ...cell, settings: settingsOf(own, [x, y]) }] as const];
    }),
  );
  const usual = mostCommon([...shown.values()].map(({ settings }) => settings));
  const tested = testCells([...shown.values()], looks);
  const finished = new Map(
    [...shown].map(([key, { own, summary, settings }], k): [string, ShownCell] => [
      key,
      {
        kind: own.every(({ isDead }) => isDead) ? 'dead' : 'shown',
        arms: own.map(({ index }) => index),
        summary,
        p: tested[k]!,
        isBalanced: settings === usual,
      },
    ]),
  );
  const emptyAt = (column: ParamValue, row: ParamValue): EffectCell => ({
    kind: byCell.has(keyOf(column, row)) || isFeasible({ [x]: column, [y]: row }) ? 'notRun' : 'infeasible',
  });
  const cells = rows!.map((row) => columns!.map((column) => finished.get(keyOf(column, row)) ?? emptyAt(column, row)));
  return { x, y, columns: columns!, rows: rows!, cells };
}

interface Average {
  own: ComparedArm[];
  /** Seed → mean difference of the arms. */
  differences: Map<number, number>;
  summary: PairedSummary;
}

/** null where the arms have no seed in common. */
function averageOf(own: ComparedArm[]): Average | null {
  const differences = new Map(
    commonSeeds(own).map((seed) => [seed, mean(own.map((arm) => arm.differences.get(seed)!))] as const),
  );
  const summary = summarisePairs([...differences.values()]);
  return summary === null ? null : { own, differences, summary };
}

function testCells(cells: readonly Average[], looks: number): (number | null)[] {
  const { corrected } = testFamily(
    cells.map(({ differences }) => ({
      differences,
      sameAs: null,
      identical: [...differences.values()].every((value) => value === 0),
    })),
    looks,
  );
  return corrected.map(({ pMaxT }) => pMaxT);
}

function settingsOf(arms: readonly ComparedArm[], factors: readonly string[]): string {
  return arms
    .map((arm) => settingWithout(arm, factors))
    .sort()
    .join('\n');
}

/** Of equally common ones the first. */
function mostCommon(texts: readonly string[]): string | null {
  const counts = [...groupBy(texts, (text) => text)].map(([text, all]) => ({ text, count: all.length }));
  return (
    counts.reduce<(typeof counts)[number] | null>(
      (best, each) => (best === null || each.count > best.count ? each : best),
      null,
    )?.text ?? null
  );
}

function keyOf(x: ParamValue, y: ParamValue): string {
  return JSON.stringify([x, y]);
}
