import type { Verdict } from './verdict.ts';

const MOST = 5;

/** How many arms of a screening go on: a quarter, at most five, at least one. */
export function countToPromote(arms: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(arms / 4)));
}

/**
 * The arms of a screening whose difference to the control is best by the metric's own direction, the best first. Arms
 * whose term was dead are their controls, and stay behind.
 *
 * @param count default: a quarter of the arms, at most five
 * @returns indices of arms
 */
export function armsToPromote({ forest: { lines, better } }: Pick<Verdict, 'forest'>, count?: number): number[] {
  const sign = better === 'left' ? -1 : 1;
  return lines
    .filter(({ isDead }) => !isDead)
    .sort((a, b) => sign * (b.mean - a.mean) || a.arm! - b.arm!)
    .slice(0, count ?? countToPromote(lines.length))
    .map(({ arm }) => arm!);
}
