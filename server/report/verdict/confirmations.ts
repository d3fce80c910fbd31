import { smallestP } from '../../sweep/plan/smallest-p.ts';
import { isFinished, type SweepResults } from '../../sweep/results.ts';
import { hasTestPart, metricsOfConfirmation } from '../confirm/confirm-report.ts';
import { holm } from '../statistics/holm.ts';
import { summarisePairs, type PairedSummary } from '../statistics/paired-summary.ts';
import { signFlipTest } from '../statistics/sign-flip-test.ts';
import { studentQuantile } from '../statistics/student.ts';
import { LEVEL } from '../table/family.ts';
import { viewMetric } from '../table/metric-view.ts';
import { divergedTogether, pairBySeed, runValues } from '../table/run-values.ts';

/** One sweep that trained an arm and its control on fresh seeds. */
export interface Attempt {
  /** Index of the arm in the sweep that is confirmed. */
  arm: number;
  /** Both parts' curves of the metric are loaded. */
  results: SweepResults;
}

/**
 * `pending`: runs are still to be trained. `undecided`: fewer than six pairs differ, or p is withheld. `confirmed`,
 * `contradicted`: p < 0.05, of the same or the opposite sign. `ruled out`: the 90 % interval lies within ±δ. `not
 * confirmed`: none of these, which never means that there is no effect.
 */
export type ConfirmationState = 'pending' | 'undecided' | 'confirmed' | 'contradicted' | 'ruled out' | 'not confirmed';

/** What fresh seeds say of one arm: the attempts at one arm together. */
export interface Confirmation {
  arm: number;
  sweepIds: string[];
  state: ConfirmationState;
  /** Fresh seeds whose pair is complete, of those planned. */
  complete: number;
  planned: number;
  part: 'test' | 'validation';
  /** null before the first pair. */
  difference: PairedSummary | null;
  /** Of the union of the fresh seeds, times the attempts, and by Holm over the arms; null where there is none. */
  p: number | null;
}

export interface ConfirmationQuestion {
  metric: string;
  /** Arm → mean difference in the sweep itself. */
  inSweep: ReadonlyMap<number, number>;
  /** δ, in the unit of the metric; null where the user named none. */
  smallestEffect: number | null;
}

/** All confirmations of a sweep, by the arm's place in the plan. */
export function judgeConfirmations(attempts: readonly Attempt[], question: ConfirmationQuestion): Confirmation[] {
  const arms = [...new Set(attempts.map(({ arm }) => arm))].sort((a, b) => a - b);
  const measured = arms.map((arm) =>
    measure(
      arm,
      attempts.filter((attempt) => attempt.arm === arm),
      question.metric,
    ),
  );
  const tested = measured.filter(({ p }) => p !== null);
  const corrected = holm(tested.map(({ p }) => p!));
  tested.forEach((each, k) => (each.p = corrected[k]!));
  return measured.map(({ isOver, ...each }) => ({ ...each, state: stateOf({ ...each, isOver }, question) }));
}

type Measured = Omit<Confirmation, 'state'> & { isOver: boolean };

function measure(arm: number, attempts: readonly Attempt[], metric: string): Measured {
  const part = attempts.some(({ results }) => hasTestPart(results)) ? 'test' : 'validation';
  const differences = new Map<number, number>();
  let isWithheld = false;
  let planned = 0;
  let isOver = true;
  for (const { results } of attempts) {
    const own = results.arms.find(({ control }) => !control)!;
    const control = own.controlIndex!;
    const view = viewMetric(results, metricsOfConfirmation(metric, results.metrics)[part], `confirm by ${metric}`);
    const values = runValues(results, view, 'last');
    const runsOf = (index: number) => results.runs.filter((run) => run.arm === index);
    for (const [seed, value] of pairBySeed(values.get(own.index)!, values.get(control)!)) differences.set(seed, value);
    planned += results.seeds.length;
    isWithheld ||= !divergedTogether(runsOf(own.index), runsOf(control));
    isOver &&= isFinished(results);
  }
  const values = [...differences.values()];
  const nonZero = values.filter((value) => value !== 0).length;
  const isTested = isOver && !isWithheld && smallestP(nonZero, 1).maxT <= LEVEL;
  return {
    arm,
    sweepIds: attempts.map(({ results }) => results.id),
    complete: values.length,
    planned,
    isOver,
    part,
    difference: summarisePairs(values),
    p: isTested ? Math.min(1, attempts.length * signFlipTest(values)) : null,
  };
}

function stateOf(
  { arm, isOver, difference, p }: Measured,
  { inSweep, smallestEffect }: ConfirmationQuestion,
): ConfirmationState {
  if (p === null) return isOver ? 'undecided' : 'pending';
  const isSame = Math.sign(difference!.mean) === Math.sign(inSweep.get(arm) ?? 0);
  if (p < LEVEL) return isSame ? 'confirmed' : 'contradicted';
  if (smallestEffect !== null && isWithin(difference!, smallestEffect)) return 'ruled out';
  return 'not confirmed';
}

/** Whether the 90 % interval of a mean difference lies within ±δ. */
function isWithin({ n, mean, sd }: PairedSummary, smallestEffect: number): boolean {
  if (sd === null) return false;
  const half = (studentQuantile(0.9, n - 1) * sd) / Math.sqrt(n);
  return mean - half > -smallestEffect && mean + half < smallestEffect;
}
