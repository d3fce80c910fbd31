import type { Arm, ParamValue } from '../sweep/arm.ts';
import { effectiveSettings } from '../sweep/effective.ts';

/** The five numbers, N in batches, and every further swept key by its dotted name; null where one is not in force. */
export interface Params {
  alpha: number | null;
  beta: number | null;
  gamma: number | null;
  epsilon: number | null;
  N: number | null;
  [swept: string]: ParamValue;
}

export function toParams(arm: Arm): Params {
  const { alpha, beta, gamma, epsilon, N, loss } = effectiveSettings(arm);
  const swept = 'loss.centerRate' in arm.swept ? { ...arm.swept, 'loss.centerRate': loss.centerRate } : arm.swept;
  return { alpha, beta, gamma, epsilon, N, ...swept };
}
