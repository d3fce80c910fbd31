import type { Arm, ParamValue } from './arm.ts';
import { hasIntraPhase, isBeforePhase } from './effective.ts';
import { declared, shownParameters } from './shown-parameters.ts';

/**
 * The five numbers as far as they are declared, as a program gets them for a stage of an arm that ends at batch `to`.
 * In a stage before the intra-class phase β is 0, and N and ε are null: it cannot depend on what is not in force.
 */
export function stageParameters(arm: Arm, to: number): Record<string, ParamValue> {
  const { alpha, beta, gamma, epsilon, N } = { ...arm, ...shownParameters(arm) };
  const isTrunk = hasIntraPhase(arm) && isBeforePhase(arm, to);
  const inForce = isTrunk ? { beta: 0, epsilon: null, N: null } : { beta, epsilon, N };
  return declared({ alpha, gamma, ...inForce }, arm.training);
}
