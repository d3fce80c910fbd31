import { parseConfirmKey } from '../../sweep/definition/confirm-key.ts';
import type { ListedRun } from '../../store/reading/list-runs.ts';
import type { SweepRow } from '../../store/reading/list-sweeps.ts';
import type { Arm } from '../../sweep/arm.ts';
import { goalOf, listMetrics, type Metric } from '../../sweep/metrics.ts';
import { shownParameters } from '../../sweep/shown-parameters.ts';
import type { ArmItem } from '../schemas/arm.ts';
import type { MetricInfo } from '../schemas/metric.ts';
import type { RunRow } from '../schemas/run.ts';
import type { SweepItem } from '../schemas/sweep.ts';

/** Sweeps, arms and runs as lists show them. */

export function toSweepItem(row: SweepRow): SweepItem {
  const {
    id,
    name,
    description,
    state,
    cancelling,
    metric,
    arms,
    seeds,
    counts,
    engine,
    probeSeeds,
    error,
    archived,
    mark,
  } = row;
  const { batches, batchesTotal, createdAt, queuedAt, startedAt, finishedAt } = row;
  return {
    id,
    name,
    description,
    state,
    standing: toStanding(row),
    cancelling,
    metric,
    arms,
    seeds,
    counts,
    engine,
    batches,
    batchesTotal,
    probeSeeds,
    isConfirmation: parseConfirmKey(row.definitionPath) !== null,
    archived,
    mark,
    error,
    createdAt: createdAt.toISOString(),
    queuedAt: queuedAt.toISOString(),
    startedAt: toIso(startedAt),
    finishedAt: toIso(finishedAt),
  };
}

/** The state in words: what failed counts as ended, so that `complete` alone would say too much. */
function toStanding({ state, cancelling, probed, counts }: SweepRow): string {
  if (cancelling) return 'stopping';
  const word = state === 'interrupted' && probed ? 'probed' : state;
  const bad = (['failed', 'diverged'] as const)
    .filter((each) => counts[each] > 0)
    .map((each) => `${counts[each]} ${each}`);
  return [word, ...bad].join(', ');
}

/** An arm without its settings. */
export function toArmItem(arm: Arm): ArmItem {
  const { index, name, ablation, control, controlIndex } = arm;
  return { index, name, ablation, control, controlIndex, params: shownParameters(arm) };
}

export function toRunRow({
  ablation: _,
  device: __,
  versions: ___,
  bits: ____,
  startedAt,
  finishedAt,
  ...rest
}: ListedRun): RunRow {
  return { ...rest, startedAt: toIso(startedAt), finishedAt: toIso(finishedAt) };
}

export function toMetricList(recorded: readonly string[], own: readonly Metric[] = []): MetricInfo[] {
  return listMetrics(recorded, own).map((metric) => ({
    name: metric.name,
    goal: metric.better === null ? null : goalOf(metric),
    unit: metric.unit,
  }));
}

/** Times leave as ISO 8601 in UTC. */
export function toIso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
