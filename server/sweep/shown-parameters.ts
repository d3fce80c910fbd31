import type { Arm, ParamValue } from './arm.ts';
import { effectiveSettings } from './effective.ts';
import type { LossParameter } from './parameter-names.ts';
import { declaredNumbers, isOthers, type TrainingSettings } from './settings.ts';

/**
 * The five numbers, N in batches, and every further swept key by its dotted name. A parameter that is not in force is
 * null. One that a program does not declare is left out.
 */
export interface ShownParameters {
  alpha?: number;
  beta?: number;
  gamma?: number;
  epsilon?: number | null;
  N?: number | null;
  [swept: string]: ParamValue;
}

/** The parameters of an arm as tables, JSON and pages show them. */
export function shownParameters(
  arm: Pick<Arm, 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'swept' | 'loss' | 'training'>,
): ShownParameters {
  const { alpha, beta, gamma, epsilon, N, loss } = effectiveSettings(arm);
  const swept = 'loss.centerRate' in arm.swept ? { ...arm.swept, 'loss.centerRate': loss.centerRate } : arm.swept;
  return { ...declared({ alpha, beta, gamma, epsilon, N }, arm.training), ...swept };
}

/** Those of the five numbers that exist for whoever trains. */
export function declared<Numbers extends Partial<Record<LossParameter, number | null>>>(
  numbers: Numbers,
  training: TrainingSettings,
): Partial<Numbers> {
  if (!isOthers(training)) return numbers;
  const names: readonly string[] = declaredNumbers(training);
  return Object.fromEntries(Object.entries(numbers).filter(([name]) => names.includes(name))) as Partial<Numbers>;
}
