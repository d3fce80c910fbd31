import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { isLossParameter, SYMBOLS } from '../../sweep/parameter-names.ts';
import type { Curve, RunResult, SweepResults } from '../../sweep/results.ts';
import { groupByTrunk } from '../../sweep/stage-tree.ts';
import { runsByArm } from './runs-by-arm.ts';
import { declared } from '../../sweep/shown-parameters.ts';

/** Metrics that are measured on a trunk in every batch. */
export const TRUNK_METRICS = ['train/intraClass', 'train/gradient/interClass', 'train/gradient/intraClass'] as const;
export type TrunkMetric = (typeof TRUNK_METRICS)[number];

/**
 * The curves of a trunk, that is, of the batches that arms with equal α, γ and settings have in common, as one seed
 * trained them. Index = batch; NaN where not finite.
 */
export type TrunkCurves = Record<TrunkMetric, number[]>;

export interface Trunk {
  /** What sets the trunk apart from the other trunks of the sweep: `α0.5`. */
  name: string;
  /** The arms that share the trunk. Arms that switch at batch 0 have none of its batches, but are compared with it. */
  arms: Arm[];
  /**
   * The trunk has the batches [0, end): to the end of the run where one of the arms does without the intra-class phase,
   * else to the last switch.
   */
  end: number;
  /** Curves of the seeds whose trunk is trained to its end. */
  seeds: { seed: number; curves: TrunkCurves }[];
  /** Seeds whose trunk is not trained to its end: not trained yet, or diverged. */
  unfinished: number[];
}

/** The trunks of a sweep that an arm with the intra-class phase forks from. */
export function listTrunks(results: SweepResults): Trunk[] {
  const groups = groupByTrunk(results.arms).filter((arms) => arms.some(hasIntraPhase));
  const names = nameTrunks(groups.map(([first]) => first!));
  const runs = runsByArm(results);
  return groups.map((arms, i) => {
    const end = arms.reduce((most, arm) => Math.max(most, trunkOf(arm)), 0);
    const furthest = arms.filter((arm) => trunkOf(arm) === end).flatMap((arm) => runs[arm.index]!);
    const bySeed = groupBy(furthest, ({ seed }) => seed);
    const trained = results.seeds.map((seed) => ({ seed, curves: readTrunk(bySeed.get(seed) ?? [], end) }));
    return {
      name: names[i]!,
      arms,
      end,
      seeds: trained.filter((each): each is Trunk['seeds'][number] => each.curves !== null),
      unfinished: trained.filter(({ curves }) => curves === null).map(({ seed }) => seed),
    };
  });
}

/** Batches of an arm before the intra-class phase. */
function trunkOf(arm: Arm): number {
  return hasIntraPhase(arm) ? arm.N : arm.training.batches;
}

/**
 * The trunk as read from the first run that got to its end, whatever became of this run later; null where no run did.
 */
function readTrunk(runs: readonly RunResult[], end: number): TrunkCurves | null {
  for (const { curves } of runs) {
    const read = TRUNK_METRICS.map((metric) => [metric, valuesBefore(curves[metric], end)] as const);
    if (end > 0 && read[0]![1].length === end) return Object.fromEntries(read) as TrunkCurves;
  }
  return null;
}

function valuesBefore(curve: Curve | undefined, end: number): number[] {
  const values: number[] = [];
  curve?.batches.forEach((batch, i) => {
    if (batch < end) values.push(curve.values[i] ?? NaN);
  });
  return values;
}

/** Names trunks by those of α, γ and the swept settings that differ; by the first of them where none does. */
function nameTrunks(firsts: readonly Arm[]): string[] {
  const settings = firsts.map(({ alpha, gamma, swept, training }): Record<string, unknown> => ({
    ...declared({ alpha, gamma }, training),
    ...swept,
  }));
  const keys = Object.keys(settings[0] ?? {});
  const varying = keys.filter((key) => new Set(settings.map((values) => values[key])).size > 1);
  const shown = varying.length > 0 ? varying : keys.slice(0, 1);
  return settings.map((values) =>
    shown
      .map((key) =>
        isLossParameter(key) ? `${SYMBOLS[key]}${values[key]}` : `${key.split('.').at(-1)} ${values[key]}`,
      )
      .join(' '),
  );
}
