import type { Arm } from '../../sweep/arm.ts';
import type { Curve, RunResult, SweepResults } from '../../sweep/results.ts';
import { armParams } from './arm-params.ts';
import { runsByArm } from './runs-by-arm.ts';

/**
 * Metrics that are recorded per ε even while a stage is shared, so that they differ between runs that are one
 * computation.
 */
const PER_EPSILON = ['train/truncated', 'train/total'];

/**
 * Finds arms that differ from an earlier arm in ε only and never separated from it. On every seed that either of the
 * two has completed, both have the same run, or runs with the same bits in every curve that was loaded.
 *
 * @returns arm → the first arm that it is the same as
 */
export function findSameArms(results: SweepResults): Map<number, number> {
  const first = new Map<string, Arm[]>();
  const same = new Map<number, number>();
  const runsOf = runsByArm(results).map((runs) => runs.filter((run) => run.state === 'complete'));
  for (const arm of results.arms) {
    const params = armParams(arm);
    if (params.epsilon === null) continue;
    const key = JSON.stringify({ ...params, epsilon: null });
    const candidates = first.get(key) ?? [];
    const twin = candidates.find((other) => haveSameRuns(runsOf[other.index]!, runsOf[arm.index]!));
    if (twin) same.set(arm.index, twin.index);
    else first.set(key, [...candidates, arm]);
  }
  return same;
}

function haveSameRuns(a: readonly RunResult[], b: readonly RunResult[]): boolean {
  if (a.length === 0 || a.length !== b.length) return false;
  return a.every((run) => {
    const other = b.find(({ seed }) => seed === run.seed);
    return other !== undefined && (other.id === run.id || haveSameCurves(run.curves, other.curves));
  });
}

function haveSameCurves(a: Record<string, Curve>, b: Record<string, Curve>): boolean {
  const names = Object.keys(a).filter((name) => name in b && !PER_EPSILON.includes(name));
  return (
    names.some((name) => a[name]!.values.length > 0) &&
    names.every(
      (name) => isSameList(a[name]!.values, b[name]!.values) && isSameList(a[name]!.batches, b[name]!.batches),
    )
  );
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
