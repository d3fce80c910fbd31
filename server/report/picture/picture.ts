import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import { SYMBOLS } from '../../sweep/parameter-names.ts';
import { isOwnAblation } from '../../sweep/space/ablations.ts';
import type { Curve, RunResult, SweepResults } from '../../sweep/results.ts';
import { buildAblationTable } from '../table/ablation-table.ts';
import { armParams } from '../curves/arm-params.ts';
import { differenceCurve, intervalBand, leavesZeroAt, meanCurve, spreadCurve } from '../curves/curve-bands.ts';
import type { MetricView } from '../table/metric-view.ts';
import { listPairs, type Pair } from '../curves/pair-runs.ts';
import { writeTitle } from './picture-title.ts';
import { pairBySeed, runValues } from '../table/run-values.ts';
import type { Difference } from '../table/table.ts';
import { toShare } from '../formats/parameter-text.ts';
import type { Picture, Panel, Group } from './picture-data.ts';

/** The picture of a sweep's pairs; null while no pair has a point. */
export function buildPicture(results: SweepResults, metric: MetricView): Picture | null {
  const pairs = listPairs(results).filter(
    // An ablation with settings of its own is compared with another arm in the table.
    ({ arm, run, controlRun }) =>
      !isOwnAblation(arm) && hasPoints(run, metric.name) && hasPoints(controlRun, metric.name),
  );
  if (pairs.length === 0) return null;
  const pairsOf = groupBy(pairs, ({ arm }) => arm);
  const arms = [...pairsOf.keys()];
  const { batches, tables } = buildAblationTable(results, { metrics: [metric.name] });
  const table = tables[0]!;
  const differences = new Map(table.rows.map((row) => [row.arm!, row.difference]));
  const finals = finalDifferences(results, metric);
  const varying = varyingKeys(arms);
  const panels = [...new Set(arms.map(({ N }) => N))]
    .sort((a, b) => a - b)
    .map((N): Panel => {
      const own = arms.filter((arm) => arm.N === N);
      const members = own.flatMap((arm) => pairsOf.get(arm)!);
      const groups = own.map((arm) =>
        toGroup(
          arm,
          pairsOf.get(arm)!,
          metric.name,
          labelOf(arm, varying),
          differences.get(arm.index) ?? null,
          finals.get(arm.index)!,
        ),
      );
      return {
        N,
        label: switchLabel(N, batches),
        end: own.reduce((end, arm) => Math.max(end, arm.training.batches), 0),
        groups,
        controlSpread: controlSpread(members, metric.name),
      };
    });
  const scale = metric.accuracy ? 100 : 1;
  return {
    metric: { name: metric.name, goal: metric.goal },
    title: writeTitle(panels, metric),
    unit: metric.accuracy ? 'points' : metric.name,
    scale,
    yRange: sharedRange(panels, scale),
    panels,
  };
}

function hasPoints({ curves }: RunResult, metric: string): boolean {
  return (curves[metric]?.batches.length ?? 0) > 0;
}

function toGroup(
  arm: Arm,
  pairs: readonly Pair[],
  metric: string,
  label: string,
  difference: Difference | null,
  finals: ReadonlyMap<number, number>,
): Group {
  const curves = pairs.map(({ seed, run, controlRun }) => ({
    seed,
    curve: differenceCurve(run.curves[metric]!, controlRun.curves[metric]!),
  }));
  // A pair of which a run diverged stays visible as a line of its own, but is in no mean.
  const counted = curves
    .filter((_, i) => pairs[i]!.run.state !== 'diverged' && pairs[i]!.controlRun.state !== 'diverged')
    .map(({ curve }) => curve);
  const band = intervalBand(counted);
  const batches = meanCurve(curves.map(({ curve }) => curve)).batches;
  const place = new Map(band.batches.map((batch, i) => [batch, i]));
  const align = (values: readonly (number | null)[]) => batches.map((batch) => values[place.get(batch) ?? -1] ?? null);
  return {
    arm: arm.index,
    name: arm.name,
    beta: arm.beta,
    epsilon: arm.epsilon,
    label,
    batches,
    seeds: curves.map(({ seed, curve }) => {
      const own = new Map(curve.batches.map((batch, i) => [batch, curve.values[i]!]));
      return { seed, values: batches.map((batch) => own.get(batch) ?? null) };
    }),
    mean: align(band.mean),
    low: align(band.low),
    high: align(band.high),
    leavesZeroAt: leavesZeroAt(band),
    final: [...finals].map(([seed, value]) => ({ seed, value })),
    finalMean: difference?.mean ?? null,
    finalLow: difference?.low ?? null,
    finalHigh: difference?.high ?? null,
    pMaxT: difference?.pMaxT ?? null,
    truncated: meanCurve(pairs.flatMap(({ run }) => run.curves['train/truncated'] ?? [])),
    cosine: meanCurve(pairs.flatMap(({ run }) => run.curves['val/intraClassCosine'] ?? [])),
    dead: deadStretches(
      pairs.flatMap(({ run }) => run.curves['train/truncated'] ?? []),
      arm,
    ),
  };
}

/** Arm → seed → difference of the complete pairs at their last evaluation. */
function finalDifferences(results: SweepResults, metric: MetricView): Map<number, Map<number, number>> {
  const values = runValues(results, metric, 'last');
  return new Map(
    results.arms.map((arm) => [
      arm.index,
      arm.controlIndex === null
        ? new Map<number, number>()
        : pairBySeed(values.get(arm.index)!, values.get(arm.controlIndex)!),
    ]),
  );
}

/** Stretches of batches from N on in which the truncated term of every run was exactly 0. */
function deadStretches(curves: readonly Curve[], arm: Arm): { from: number; to: number }[] {
  const dead = new Map<number, boolean>();
  for (const { batches, values } of curves) {
    batches.forEach((batch, i) => {
      if (batch >= arm.N) dead.set(batch, (dead.get(batch) ?? true) && values[i] === 0);
    });
  }
  const stretches: { from: number; to: number }[] = [];
  for (const [batch, isDead] of [...dead].sort(([a], [b]) => a - b)) {
    const last = stretches.at(-1);
    if (!isDead) continue;
    if (last?.to === batch) last.to = batch + 1;
    else stretches.push({ from: batch, to: batch + 1 });
  }
  return stretches;
}

function controlSpread(pairs: readonly Pair[], metric: string): Panel['controlSpread'] {
  // The spread over seeds is taken within each control, since controls of other settings differ by more than luck. Then
  // the mean of these spreads is taken.
  const spreads = [...groupBy(pairs, ({ control }) => control).values()].map((own) => {
    const runs = new Set(own.map(({ controlRun }) => controlRun).filter(({ state }) => state !== 'diverged'));
    return spreadCurve([...runs].map((run) => run.curves[metric]!));
  });
  const { batches, values } = meanCurve(spreads);
  return { batches, sd: values };
}

/** Parameters with more than one value over the arms. N is left out: the panels show it. */
function varyingKeys(arms: readonly Arm[]): string[] {
  const params = arms.map(armParams);
  const keys = Object.keys(params[0]!).filter(
    (key) => key !== 'N' && params.some((each) => each[key] !== params[0]![key]),
  );
  return keys.length === 0 ? ['beta'] : keys;
}

function labelOf(arm: Arm, keys: readonly string[]): string {
  const params = armParams(arm);
  // In four digits, as in names of arms: a number that a random search draws has sixteen.
  const shown = (value: ParamValue | undefined) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  return keys
    .map((key) => `${key in SYMBOLS ? SYMBOLS[key as keyof typeof SYMBOLS] : key} = ${shown(params[key])}`)
    .join(', ');
}

const SIGNS: Record<string, string> = { '1/2': '½', '1/4': '¼', '3/4': '¾', '1/3': '⅓', '2/3': '⅔' };

/**
 * `N = ½` where the switch is a simple share of every run, else `N = 137`.
 *
 * @param batches of every run; null where they differ
 */
function switchLabel(N: number, batches: number | null): string {
  const share = batches !== null && Number.isInteger((N * 12) / batches) ? toShare(N, batches) : String(N);
  return `N = ${SIGNS[share] ?? share}`;
}

/** From the lowest to the highest of all bands, seeds and finals, with zero inside and a little room. */
function sharedRange(panels: readonly Panel[], scale: number): [number, number] {
  let [low, high] = [0, 0];
  for (const group of panels.flatMap((panel) => panel.groups)) {
    for (const value of [
      group.low,
      group.high,
      ...group.seeds.map((line) => line.values),
      group.final.map((each) => each.value),
    ].flat()) {
      if (value === null) continue;
      low = Math.min(low, value * scale);
      high = Math.max(high, value * scale);
    }
  }
  const room = (high - low || 1) * 0.05;
  return [low - room, high + room];
}
