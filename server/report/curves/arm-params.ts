import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { effectiveSettings, usesCenterRate } from '../../sweep/effective.ts';
import { declared } from '../../sweep/shown-parameters.ts';

/** The five numbers and every swept key of an arm; null where a setting is never in force. */
export function armParams(arm: Arm): Record<string, ParamValue> {
  const { alpha, beta, gamma, epsilon, N } = effectiveSettings(arm);
  const params: Record<string, ParamValue> = {
    ...declared({ alpha, beta, gamma, epsilon, N }, arm.training),
    ...arm.swept,
  };
  if ('loss.centerRate' in params && !usesCenterRate(arm.loss)) params['loss.centerRate'] = null;
  return params;
}

/** The parameters that have more than one value among the points of a search. */
export function varyingNames(points: readonly Readonly<Record<string, ParamValue>>[]): string[] {
  return Object.keys(points[0] ?? {}).filter((name) => new Set(points.map((params) => params[name])).size > 1);
}

/** The parameters that all arms have in common; null where arms differ. */
export function commonParams(arms: readonly Arm[]): Record<string, ParamValue> {
  const [first, ...others] = arms.map(armParams);
  if (!first) return {};
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) => [key, others.every((other) => other[key] === value) ? value : null]),
  );
}
