import type { Arm } from './arm.ts';
import { toCanonicalJson } from './canonical-json.ts';

/** What an arm asks for, whatever its place and name in a plan. */
export function computed({ alpha, beta, gamma, epsilon, N, loss, training }: Arm) {
  return { alpha, beta, gamma, epsilon, N, loss, training };
}

/** The same as one text, to be compared. */
export function computationOf(arm: Arm): string {
  return toCanonicalJson(computed(arm));
}
