import type { Arm, ParamValue } from './arm.ts';
import { hasIntraPhase, usesCenterRate } from './effective.ts';

/** The parameters of an arm as tables, JSON and pages show them: null where a setting is not in force, N in batches. */
export function shownParameters(arm: Pick<Arm, 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'swept' | 'loss' | 'training'>): Record<string, ParamValue> {
  const intra = hasIntraPhase(arm);
  const swept = 'loss.centerRate' in arm.swept && !usesCenterRate(arm.loss) ? { ...arm.swept, 'loss.centerRate': null } : arm.swept;
  return { alpha: arm.alpha, beta: intra ? arm.beta : 0, gamma: arm.gamma, epsilon: intra ? arm.epsilon : null, N: intra ? arm.N : null, ...swept };
}
