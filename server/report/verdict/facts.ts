import type { Goal } from '../table/table.ts';
import { chosenEffect } from '../statistics/choice-effect.ts';
import { mean } from '../statistics/moments.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { isSignificant } from '../table/family.ts';
import type { MetricView } from '../table/metric-view.ts';
import { pairBySeed } from '../table/run-values.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { compareArms, isInFamily, type JudgedArm } from './compare-arms.ts';
import { commonSeeds } from '../factors/compared-arm.ts';
import { overallEffect, type OverallEffect } from './overall-effect.ts';
import { sliceAlong } from '../factors/slices.ts';
import { isTurned } from './words.ts';

/** What the sentences are made of. */
export interface Facts {
  results: SweepResults;
  metric: MetricView;
  arms: JudgedArm[];
  /** Arms with a difference that are asked about: no ablation with settings of its own, each computation once. */
  asked: JudgedArm[];
  /** Those of them that are tested. */
  family: JudgedArm[];
  better: JudgedArm[];
  worse: JudgedArm[];
  overall: OverallEffect | null;
  /** The best of several when it is chosen on the other seeds, in the metric's own sign. */
  chosen: number | null;
}

export function gatherFacts(results: SweepResults, metric: MetricView, at: 'last' | 'best'): Facts {
  const arms = compareArms(results, metric, at);
  const asked = arms.filter((arm) => arm.change !== null && !arm.isOwnAblation && arm.sameAs === null);
  const family = asked.filter((arm) => isInFamily(arm) && !arm.isDead);
  const starred = family.filter(({ row }) => isSignificant(row.difference!.pMaxT));
  const sign = isTurned(metric) ? -1 : 1;
  const seeds = commonSeeds(family);
  const chosen = chosenEffect(family.map(({ differences }) => seeds.map((seed) => sign * differences.get(seed)!)));
  return {
    results,
    metric,
    arms,
    asked,
    family,
    better: starred.filter(({ change }) => sign * change!.mean > 0),
    worse: starred.filter(({ change }) => sign * change!.mean < 0),
    overall: overallEffect(arms, results.looks),
    chosen: chosen === null ? null : sign * chosen,
  };
}

/** |t| of the mean difference; 0 where there is no spread to measure it by. */
function sizeOf({ row }: JudgedArm): number {
  const { mean: center, sd, n } = row.difference!;
  return sd === null
    ? 0
    : toTwelveDigits(sd === 0 ? (center === 0 ? 0 : Infinity) : Math.abs(center) / (sd / Math.sqrt(n)));
}

/** The arm of the best mean of the metric; of equal ones the largest |t|, then the first of the plan. */
export function bestOf(arms: readonly JudgedArm[], goal: Goal): JudgedArm | null {
  const sign = goal === 'maximize' ? 1 : -1;
  const valueOf = ({ row }: JudgedArm) => sign * toTwelveDigits(row.mean!);
  return pick(arms, (a, b) => valueOf(b) - valueOf(a) || sizeOf(b) - sizeOf(a));
}

/** The arm with the largest |t|; where none has one, that with the largest difference. */
export function largestOf(arms: readonly JudgedArm[]): JudgedArm | null {
  const difference = ({ change }: JudgedArm) => Math.abs(toTwelveDigits(change!.mean));
  return pick(arms, (a, b) => sizeOf(b) - sizeOf(a) || difference(b) - difference(a));
}

function pick(arms: readonly JudgedArm[], order: (a: JudgedArm, b: JudgedArm) => number): JudgedArm | null {
  return [...arms].sort((a, b) => order(a, b) || a.index - b.index)[0] ?? null;
}

/** An arm against the best run without the phase. */
export interface AgainstBest {
  best: JudgedArm;
  summary: PairedSummary;
}

/**
 * The best control or ablation without the phase, by its mean, and the chosen arm minus it, paired by seed; null where
 * none has a run.
 */
export function againstBestWithout(chosen: JudgedArm, { arms, metric }: Facts): AgainstBest | null {
  const without = arms.filter(({ arm, row }) => arm.control && row.mean !== null);
  const best = bestOf(without, metric.goal);
  if (best === null) return null;
  const summary = summarisePairs([...pairBySeed(chosen.values, best.values).values()]);
  return summary === null ? null : { best, summary };
}

/** The parameter whose levels differ most surely, p < 0.05 over the contrasts of its slice; null where none does. */
export function separatingFactor({ arms, results }: Facts): string | null {
  const factors = Object.keys(arms[0]?.setting ?? {});
  const tested = factors.flatMap((factor) => {
    const slice = sliceAlong(factor, arms, results.looks);
    if (slice === null || !slice.isBalanced) return [];
    const p = Math.min(...slice.contrasts.map((contrast) => contrast.p ?? 1));
    return isSignificant(p) ? [{ factor, p }] : [];
  });
  return tested.sort((a, b) => a.p - b.p)[0]?.factor ?? null;
}

/** The largest endpoint of the simultaneous intervals; null where an arm has none. */
export function largestBound(family: readonly JudgedArm[]): number | null {
  let largest = 0;
  for (const { change } of family) {
    if (change!.low === null || change!.high === null) return null;
    largest = Math.max(largest, Math.abs(change!.low), Math.abs(change!.high));
  }
  return family.length === 0 ? null : largest;
}

/** Mean seconds of a complete run; null where none is known. */
export function secondsOfRun({ results: { runs } }: Facts): number | null {
  const seconds = runs.flatMap((run) => (run.state === 'complete' && run.seconds !== null ? [run.seconds] : []));
  return seconds.length === 0 ? null : mean(seconds);
}
