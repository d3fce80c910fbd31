import { SAME } from './moments.ts';

/**
 * t² = (n − 1) r²/(1 − r²). r² = 1 is "sd = 0"; it is taken as reached within 1e−9, where the difference would be
 * nothing but rounding.
 */
export function squaredT(share: number, freedom: number): number {
  return share >= 1 - SAME ? Infinity : (freedom * share) / (1 - share);
}
