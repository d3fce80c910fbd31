import type { Arm } from '../../sweep/arm.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import { buildStageTree, stagePaths } from '../../sweep/stage-tree.ts';
import type { Calibration } from './calibrate.ts';

/** Seconds that training a plan takes, with trunks trained once and with every run trained from batch 0. */
export interface PredictedTime {
  shared: number;
  unshared: number;
}

type BatchRange = { from: number; to: number };

/**
 * The time of a plan by a calibration. Its batches and evaluations are spread over the workers. It takes no less than
 * its longest run, whose batches have to follow each other, and the start of the workers is added. Every ε counts on
 * its own from N on, so that with sharing it may take less.
 */
export function predictTime(
  { arms, seeds }: Pick<Plan, 'arms' | 'seeds'>,
  calibration: Calibration,
  workers: number,
): PredictedTime {
  const tree = buildStageTree(arms);
  const paths = stagePaths(tree);
  const cost = (arm: Arm, stretch: BatchRange): number => costOf(arm, stretch, calibration);
  const whole = arms.map((arm) => cost(arm, { from: 0, to: arm.training.batches }));
  const shared = sum(tree.map((stage) => cost(arms[stage.settingsOf]!, stage)));
  const longest = Math.max(...arms.map((arm) => sum(paths.get(arm.index)!.map((stage) => cost(arm, stage)))));
  const starting = calibration.opening + calibration.warmingUp;
  const spread = (total: number): number => starting + Math.max((total * seeds.length) / workers, longest);
  return { shared: spread(shared), unshared: spread(sum(whole)) };
}

/** Evaluations are at batch 0, at every multiple of evalEvery, and at a run's end, there with the test part. */
function costOf(
  { training: { batches, evalEvery } }: Arm,
  { from, to }: BatchRange,
  { batch, evaluation }: Calibration,
): number {
  const atStart = from === 0 ? 1 : 0;
  const multiples = Math.floor(to / evalEvery) - Math.floor(from / evalEvery);
  const atEnd = to === batches && to % evalEvery !== 0 ? 1 : 0;
  return (to - from) * batch + (atStart + multiples + atEnd) * evaluation.val + (to === batches ? evaluation.test : 0);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}
