import type { Arm } from '../../sweep/arm.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';
import { toTwelveDigits } from '../../sweep/twelve-digits.ts';
import { runsByArm } from '../curves/runs-by-arm.ts';

const WORST = 5;

/**
 * Mean error of a run over the five pairs of classes that the controls of the *other* seeds confuse most. A run's own
 * worst pair is a maximum over noisy cells and regresses to the mean; pairs chosen on other seeds do not, and a run and
 * its control of the same seed are measured on the same pairs.
 *
 * The error of a pair {k, l} is (n_{k→l} + n_{l→k}) / (n_k + n_l), averaged over the other seeds before the five are
 * chosen.
 *
 * @returns run → error, of complete runs with a confusion matrix where at least one other seed's control has one
 */
export function worstPairErrors(results: SweepResults, baseline: number | null): Map<RunResult, number> {
  const measured = runsByArm(results).map((runs) =>
    runs.filter((run) => run.state === 'complete' && run.confusion !== null),
  );
  const errors = new Map(measured.flat().map((run) => [run, pairErrors(run.confusion!)]));
  const chosen = new Map<string, number[]>();
  const worst = new Map<RunResult, number>();
  for (const [run, own] of errors) {
    const references = referenceArms(results.arms, results.arms[run.arm]!, baseline);
    const key = `${references.join(' ')} without ${run.seed}`;
    const others = references.flatMap((arm) => measured[arm]!).filter((other) => other.seed !== run.seed);
    if (others.length === 0) continue;
    // All arms with the same control look at the same pairs: chosen once.
    const pairs = chosen.get(key) ?? worstPairs(others.map((other) => errors.get(other)!));
    chosen.set(key, pairs);
    const known = pairs.map((pair) => own[pair]!).filter((error) => !Number.isNaN(error));
    if (known.length > 0) worst.set(run, known.reduce((sum, error) => sum + error, 0) / known.length);
  }
  return worst;
}

/**
 * The arms whose other seeds choose the pairs of an arm: its control; for a control the arm itself; for an ablation
 * without a control all controls.
 */
function referenceArms(arms: readonly Arm[], arm: Arm, baseline: number | null): number[] {
  if (baseline !== null) return [baseline];
  if (arm.controlIndex !== null) return [arm.controlIndex];
  if (arm.control) return [arm.index];
  const controls = arms.filter((other) => other.control).map((other) => other.index);
  return controls.length > 0 ? controls : [arm.index];
}

/** Errors of the pairs {0, 1}, {0, 2}, …, {C − 2, C − 1}; NaN for a pair without images. */
function pairErrors(confusion: readonly (readonly number[])[]): number[] {
  const images = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const errors: number[] = [];
  for (let k = 0; k < confusion.length; k++) {
    for (let l = k + 1; l < confusion.length; l++) {
      errors.push((confusion[k]![l]! + confusion[l]![k]!) / (images[k]! + images[l]!));
    }
  }
  return errors;
}

/** Positions of the worst pairs on average over the runs. */
function worstPairs(runs: readonly (readonly number[])[]): number[] {
  const means = runs[0]!.map((_, pair) => runs.reduce((sum, errors) => sum + errors[pair]!, 0) / runs.length);
  return means
    .map((_, pair) => pair)
    .filter((pair) => !Number.isNaN(means[pair]!))
    .sort((a, b) => toTwelveDigits(means[b]!) - toTwelveDigits(means[a]!) || a - b)
    .slice(0, WORST);
}
