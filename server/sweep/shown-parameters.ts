import type { Arm, ParamValue } from './arm.ts';
import { effectiveSettings } from './effective.ts';

/**
 * The five numbers, N in batches, and every further swept key by its dotted name. A parameter that is not in force is
 * null.
 */
export interface ShownParameters {
  alpha: number;
  beta: number;
  gamma: number;
  epsilon: number | null;
  N: number | null;
  [swept: string]: ParamValue;
}

/** The parameters of an arm as tables, JSON and pages show them. */
export function shownParameters(
  arm: Pick<Arm, 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'swept' | 'loss' | 'training'>,
): ShownParameters {
  const { alpha, beta, gamma, epsilon, N, loss } = effectiveSettings(arm);
  const swept = 'loss.centerRate' in arm.swept ? { ...arm.swept, 'loss.centerRate': loss.centerRate } : arm.swept;
  return { alpha, beta, gamma, epsilon, N, ...swept };
}
