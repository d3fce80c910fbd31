import type { Curve, SweepResults } from '../../sweep/results.ts';
import { armParams } from '../curves/arm-params.ts';
import { toColumns } from '../curves/curve-bands.ts';
import { viewMetric, type MetricView } from '../table/metric-view.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { listPairs } from '../curves/pair-runs.ts';
import { buildPicture } from './picture.ts';
import type { Picture } from './picture-data.ts';
import { runsByArm } from '../curves/runs-by-arm.ts';
import { runValues, worstPairValues } from '../table/run-values.ts';
import type { Goal } from '../table/table.ts';

/**
 * What the compare page shows of one metric: the pairs, the arms with and without the phase as bands, and the picture
 * of the differences.
 */
export interface PairCurves {
  metric: { name: string; goal: Goal };
  pairs: PairItem[];
  /** Mean ± sd of every arm over its seeds. */
  bands: ArmBand[];
  /** null while no pair has a point, and where a single arm was asked for. */
  picture: Picture | null;
}

export interface PairItem {
  seed: number;
  arm: number;
  armName: string;
  run: string;
  control: number;
  controlName: string;
  controlRun: string;
  beta: number;
  epsilon: number;
  N: number;
  /** The value of the run once it is complete; null before. */
  value: number | null;
  controlValue: number | null;
  /** with − without */
  difference: number | null;
}

export interface ArmBand {
  arm: number;
  name: string;
  control: boolean;
  /** Switch batch; null where the phase is never in force. */
  N: number | null;
  batches: number[];
  /** Runs with a finite value at that batch. */
  n: number[];
  mean: number[];
  /** mean ± sd; null where n = 1. */
  low: (number | null)[];
  high: (number | null)[];
  /** How many points there were before the line was thinned for a page; left out where all are here. */
  thinnedFrom?: number;
}

/**
 * The pairs of a sweep by a metric, compared. Needs the curves of `metricsOfPairs(metric)`.
 *
 * @throws UserError on a name that no metric has
 */
export function pairCurves(results: SweepResults, metric: string, at: 'last' | 'best' = 'last'): PairCurves {
  const view = viewOf(results, metric);
  return { ...comparePairs(results, view, at), picture: buildPicture(results, view) };
}

/**
 * The same of results that have the runs of one arm and of its control alone. Without the picture, whose p-values are
 * corrected for all arms. Needs the curves of `metric`.
 *
 * @throws UserError on a name that no metric has
 */
export function pairCurvesOfArm(results: SweepResults, metric: string, at: 'last' | 'best' = 'last'): PairCurves {
  return { ...comparePairs(results, viewOf(results, metric), at), picture: null };
}

function viewOf(results: SweepResults, metric: string): MetricView {
  return viewMetric(results, metric, `compare the pairs of sweep "${results.name}"`);
}

function comparePairs(results: SweepResults, view: MetricView, at: 'last' | 'best'): Omit<PairCurves, 'picture'> {
  const values = view.name === 'pairs/worst5' ? worstPairValues(results, null) : runValues(results, view, at);
  const pairs = listPairs(results).map(({ arm, control, seed, run, controlRun }): PairItem => {
    const value = values.get(arm.index)!.get(seed) ?? null;
    const controlValue = values.get(control.index)!.get(seed) ?? null;
    return {
      seed,
      arm: arm.index,
      armName: arm.name,
      run: run.id,
      control: control.index,
      controlName: control.name,
      controlRun: controlRun.id,
      beta: arm.beta,
      epsilon: arm.epsilon,
      N: arm.N,
      value,
      controlValue,
      difference: value === null || controlValue === null ? null : value - controlValue,
    };
  });
  return { metric: { name: view.name, goal: view.goal }, pairs, bands: armBands(results, view.name) };
}

/** The curves to load before pairs are compared: the metric, and those of the strip below the picture. */
export function metricsOfPairs(metric: string): string[] {
  return [...new Set([metric, 'val/crossEntropy', 'train/truncated', 'val/intraClassCosine'])].filter(
    (name) => name !== 'pairs/worst5',
  );
}

function armBands(results: SweepResults, metric: string): ArmBand[] {
  const runs = runsByArm(results);
  return results.arms.flatMap((arm) => {
    const curves = runs[arm.index]!.filter(({ state }) => state !== 'diverged')
      .map((run) => run.curves[metric])
      .filter((curve): curve is Curve => curve !== undefined);
    const columns = toColumns(curves).filter(({ values }) => values.length > 0);
    if (columns.length === 0) return [];
    const means = columns.map(({ values }) => mean(values));
    const spreads = columns.map(({ values }) => standardDeviation(values));
    const { N } = armParams(arm);
    return [
      {
        arm: arm.index,
        name: arm.name,
        control: arm.control,
        N: typeof N === 'number' ? N : null,
        batches: columns.map(({ batch }) => batch),
        n: columns.map(({ values }) => values.length),
        mean: means,
        low: means.map((center, i) => (spreads[i] == null ? null : center - spreads[i])),
        high: means.map((center, i) => (spreads[i] == null ? null : center + spreads[i])),
      },
    ];
  });
}
