import type { Arm } from '../../sweep/arm.ts';
import type { Curve } from '../../sweep/results.ts';
import { median } from '../statistics/moments.ts';
import { averageArms } from './run-values.ts';
import type { TableContext } from './table-context.ts';
import { givenTarget, hasTarget } from './target.ts';
import type { TableRow } from './table.ts';

/**
 * The first evaluation at or above the target, as the median over seeds. A run that never gets there counts as
 * infinite; a median that is infinite is null. The arms of a row have one target or none: batches to different targets
 * have no common median.
 */
export function batchesToTarget(arms: readonly Arm[], context: TableContext): TableRow['batchesToTarget'] {
  const { metric, options, values, runs } = context;
  if (!hasTarget(metric)) return null;
  const targets = new Set(arms.map((arm) => givenTarget(metric, options.target) ?? targetOf(arm, context)));
  const [target] = targets;
  if (targets.size !== 1 || target === undefined || target === null) return null;
  const perArm = arms.map(
    (arm) =>
      new Map(
        runs[arm.index]!.filter((run) => values.get(arm.index)!.has(run.seed)).map((run) => [
          run.seed,
          firstAtOrAbove(run.curves[metric.name], target),
        ]),
      ),
  );
  const batches = [...averageArms(perArm).values()];
  if (batches.length === 0) return null;
  const middle = median(batches);
  return { target, median: Number.isFinite(middle) ? middle : null, reached: batches.filter(Number.isFinite).length };
}

/** The median final value of the arm's control, or of the arm itself where it is one. */
function targetOf(arm: Arm, { finals, options: { baseline } }: TableContext): number | null {
  const reference = baseline ?? arm.controlIndex ?? (arm.control ? arm.index : null);
  if (reference === null) return null;
  const values = [...finals.get(reference)!.values()];
  return values.length === 0 ? null : median(values);
}

function firstAtOrAbove(curve: Curve | undefined, target: number): number {
  const at = curve?.values.findIndex((value) => value !== null && value >= target) ?? -1;
  return at < 0 ? Infinity : curve!.batches[at]!;
}
