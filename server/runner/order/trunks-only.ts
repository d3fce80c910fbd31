import type { Arm } from '../../sweep/arm.ts';
import { isBeforePhase } from '../../sweep/effective.ts';
import type { RunTask, StageTask } from '../../store/training/identify-runs.ts';

/** Says of a stage on a run's way whether it is to be trained now. */
export type Wanted = (task: Pick<RunTask, 'arm' | 'seed'>, stage: Pick<StageTask, 'to'>) => boolean;

/** For a sweep that is trained as a whole. */
export const everything: Wanted = () => true;

/**
 * The stages that a probe trains: those in which β is not in force, for the first seeds of the sweep. An arm without
 * the intra-class phase is a trunk to its end. The runs keep their whole paths, so that a run that is cut here is not
 * taken for complete.
 *
 * @param seeds of the sweep, in its order
 * @param count how many of them are trained
 */
export function trunksOnly(arms: readonly Arm[], seeds: readonly number[], count: number): Wanted {
  const wanted = new Set(seeds.slice(0, count));
  return ({ arm: index, seed }, { to }) => {
    return wanted.has(seed) && isBeforePhase(arms[index]!, to);
  };
}
