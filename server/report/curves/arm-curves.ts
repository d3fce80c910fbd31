import type { Arm } from '../../sweep/arm.ts';
import { hasIntraPhase } from '../../sweep/effective.ts';
import { isOthers } from '../../sweep/settings.ts';
import type { Curve, RunResult, SweepResults } from '../../sweep/results.ts';
import { mean, standardDeviation } from '../statistics/moments.ts';
import { summarisePairs } from '../statistics/paired-summary.ts';
import { quantile } from '../statistics/quantile.ts';
import { differenceCurve, toColumns } from './curve-bands.ts';
import { runsByArm } from './runs-by-arm.ts';
import { smooth } from './smooth.ts';

/** What a band says of the seeds: their spread, the doubt about their mean, or all that they reach. */
export type BandKind = 'sd' | 'se' | 'interval' | 'range' | 'seeds';
/** What curves go by. */
export type XAxis = 'batch' | 'epoch' | 'seconds' | 'switch';

export interface CurvesQuestion {
  metric: string;
  /** Indices; each comes with its control and the difference. */
  arms: readonly number[];
  band: BandKind;
  x: XAxis;
  /** Share of the points that a moving average takes; 0: none. */
  smoothing: number;
}

/** Arms by batch, as far as they are trained, and what the other arms with the phase do behind them. */
export interface ArmCurves {
  metric: string;
  band: BandKind;
  x: XAxis;
  /** The axes that this sweep knows: epochs need the number of images, seconds a run that has trained. */
  axes: XAxis[];
  arms: ArmCurve[];
  /** The other arms with the phase: each by its mean where they are few, else their middle 80 %. */
  others: { name: string; line: MeanLine }[];
  spread: { arms: number; line: MeanLine } | null;
}

export interface ArmCurve {
  arm: number;
  name: string;
  /** Where the phase begins, on the x axis; null where it is never in force. */
  switchAt: number | null;
  with: MeanLine;
  /** Its control; null where it has none. */
  without: MeanLine | null;
  /** with − without, paired by seed. */
  difference: MeanLine | null;
  /** Lines of single seeds, where they are asked for. */
  seeds: { seed: number; with: Line; without: Line | null; difference: Line | null }[];
}

export interface Line {
  x: number[];
  y: (number | null)[];
  /** How many points there were before the line was thinned for a page; left out where all are here. */
  thinnedFrom?: number;
}

export interface MeanLine {
  x: number[];
  /** Seeds with a finite value there. */
  n: number[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  /** How many points there were before the line was thinned for a page; left out where all are here. */
  thinnedFrom?: number;
}

/** As many other arms are drawn one by one; of more a line each would be a grey wall. */
const MOST_OTHERS = 12;

export function armCurves(results: SweepResults, question: CurvesQuestion): ArmCurves {
  const { metric, arms: wanted, band, x, smoothing } = question;
  const runs = runsByArm(results);
  const axes = knownAxes(results);
  const axis = axes.includes(x) ? x : 'batch';
  const curvesOf = (arm: Arm) =>
    new Map(
      runs[arm.index]!.filter(({ state }) => state !== 'diverged').flatMap((run) => {
        const curve = run.curves[metric];
        return curve === undefined || curve.batches.length === 0 ? [] : [[run.seed, smooth(curve, smoothing)] as const];
      }),
    );
  const places = (arm: Arm) => placeOf(axis, arm, runs[arm.index]!, results.runs);
  const chosen = wanted.flatMap((index): ArmCurve[] => {
    const arm = results.arms[index];
    if (arm === undefined) return [];
    const own = curvesOf(arm);
    if (own.size === 0) return [];
    const control = arm.controlIndex === null || !hasIntraPhase(arm) ? null : results.arms[arm.controlIndex]!;
    const other = control === null ? null : curvesOf(control);
    const both = other === null ? [] : [...own].filter(([seed]) => other.has(seed));
    const differences = new Map(both.map(([seed, curve]) => [seed, differenceCurve(curve, other!.get(seed)!)]));
    const place = places(arm);
    // A control stands where its arm stands, so that batches of a pair lie above each other.
    const toLine = (curve: Curve): Line => ({ x: curve.batches.map(place), y: curve.values });
    return [
      {
        arm: index,
        name: arm.name,
        switchAt: hasIntraPhase(arm) ? place(arm.N) : null,
        with: meanLine([...own.values()], band, place),
        without: other === null ? null : meanLine([...other.values()], band, place),
        difference: differences.size === 0 ? null : meanLine([...differences.values()], band, place),
        seeds:
          band !== 'seeds'
            ? []
            : [...own].map(([seed, curve]) => ({
                seed,
                with: toLine(curve),
                without: other?.has(seed) ? toLine(other.get(seed)!) : null,
                difference: differences.has(seed) ? toLine(differences.get(seed)!) : null,
              })),
      },
    ];
  });
  return { metric, band, x: axis, axes, arms: chosen, ...theOthers(results, new Set(wanted), curvesOf, places) };
}

function theOthers(
  { arms }: SweepResults,
  wanted: ReadonlySet<number>,
  curvesOf: (arm: Arm) => Map<number, Curve>,
  places: (arm: Arm) => (batch: number) => number,
): Pick<ArmCurves, 'others' | 'spread'> {
  const others = arms
    .filter((arm) => !wanted.has(arm.index) && hasIntraPhase(arm))
    .map((arm) => ({ name: arm.name, line: meanLine([...curvesOf(arm).values()], 'sd', places(arm)) }))
    .filter(({ line }) => line.x.length > 0)
    .map(({ name, line }) => ({ name, line: { ...line, low: line.x.map(() => null), high: line.x.map(() => null) } }));
  if (others.length <= MOST_OTHERS) return { others, spread: null };
  const columns = toColumns(others.map(({ line }) => ({ batches: line.x, values: line.mean })));
  const full = columns.map(({ batch, values }) => ({ x: batch, sorted: [...values].sort((a, b) => a - b) }));
  const at = (share: number) => full.map(({ sorted }) => (sorted.length === 0 ? null : quantile(sorted, share)));
  return {
    others: [],
    spread: {
      arms: others.length,
      line: {
        x: full.map(({ x }) => x),
        n: full.map(({ sorted }) => sorted.length),
        mean: at(0.5),
        low: at(0.1),
        high: at(0.9),
      },
    },
  };
}

function meanLine(curves: readonly Curve[], band: BandKind, place: (batch: number) => number): MeanLine {
  const columns = toColumns(curves);
  const ends = columns.map(({ values }) => bandOf(values, band));
  return {
    x: columns.map(({ batch }) => place(batch)),
    n: columns.map(({ values }) => values.length),
    mean: columns.map(({ values }) => (values.length === 0 ? null : mean(values))),
    low: ends.map(([low]) => low),
    high: ends.map(([, high]) => high),
  };
}

function bandOf(values: readonly number[], band: BandKind): [number | null, number | null] {
  if (values.length < 2 || band === 'seeds') return [null, null];
  if (band === 'range') return [Math.min(...values), Math.max(...values)];
  if (band === 'interval') {
    const { low, high } = summarisePairs(values)!;
    return [low, high];
  }
  const half = standardDeviation(values)! / (band === 'se' ? Math.sqrt(values.length) : 1);
  return [mean(values) - half, mean(values) + half];
}

function knownAxes({ arms, runs }: SweepResults): XAxis[] {
  const isTimed = runs.some((run) => secondsPerBatch([run]) !== null);
  const isCounted = arms.every((arm) => batchesPerEpoch(arm, runs) !== null);
  return ['batch', ...(isCounted ? ['epoch' as const] : []), ...(isTimed ? ['seconds' as const] : []), 'switch'];
}

/** Where a batch of an arm stands on the axis; an arm that has not ended takes the pace of all. */
function placeOf(
  axis: XAxis,
  arm: Arm,
  own: readonly RunResult[],
  all: readonly RunResult[],
): (batch: number) => number {
  if (axis === 'switch') return (batch) => batch - (hasIntraPhase(arm) ? arm.N : 0);
  if (axis === 'epoch') {
    const batches = batchesPerEpoch(arm, own) ?? batchesPerEpoch(arm, all) ?? 1;
    return (batch) => batch / batches;
  }
  if (axis === 'seconds') {
    const seconds = secondsPerBatch(own) ?? secondsPerBatch(all) ?? 0;
    return (batch) => batch * seconds;
  }
  return (batch) => batch;
}

/** The mean over the arm's runs; null before one has trained. */
function secondsPerBatch(runs: readonly RunResult[]): number | null {
  const rates = runs.flatMap(({ seconds, state, curves }) => {
    const last = Math.max(0, ...Object.values(curves).map(({ batches }) => batches.at(-1) ?? 0));
    return seconds === null || state !== 'complete' || last === 0 ? [] : [seconds / last];
  });
  return rates.length === 0 ? null : mean(rates);
}

/** By the size of the validation part, which is a share of the training part; null where that is not known. */
function batchesPerEpoch({ training }: Arm, runs: readonly RunResult[]): number | null {
  if (isOthers(training)) return typeof training.batchesPerEpoch === 'number' ? training.batchesPerEpoch : null;
  const { dataset, batchSize } = training;
  const { validation } = dataset;
  const evaluated = runs.find((run) => run.evaluated !== null)?.evaluated?.val;
  if (evaluated === undefined || !(validation > 0 && validation < 1)) return null;
  return (evaluated / validation - evaluated) / batchSize;
}
