import type { Problem } from '../problem.ts';

/** More arms than this are a slip, not a study. */
export const MAX_ARMS = 100_000;
/** The largest grid whose points are looked at; constraints may drop most of them. */
export const MAX_POINTS = 10_000_000;
/** Checks of one point against one constraint or exclude. */
export const MAX_CHECKS = 30_000_000;
/** Points that fold into arms that compute the same. */
export const MAX_FOLDED = 500_000;
/** Arms of the search × ablations: each of these is looked at, whether it becomes an arm or not. */
const MAX_DERIVED = 250_000;
/** Combinations of settings, of which each has objects and a key of its own. */
export const MAX_SETTINGS = 20_000;
const MAX_RUNS = 2_000_000;

/** A mistake that only planning can find. */
export class PlanMistake extends Error {
  readonly problem: Problem;
  constructor(path: string, message: string) {
    super(message);
    this.problem = { path, message };
  }
}

export function checkDerived(arms: number, ablations: number): void {
  if (arms * ablations > MAX_DERIVED)
    throw new PlanMistake(
      'ablations',
      `found ${arms} arms × ${ablations} ablations = ${arms * ablations} arms to derive, wanted at most ${MAX_DERIVED}`,
    );
}

export function checkSize(arms: number, seeds: number): void {
  if (arms > MAX_ARMS)
    throw new PlanMistake(
      'ablations',
      `found more than ${MAX_ARMS} arms with the ablations, wanted at most ${MAX_ARMS}`,
    );
  if (arms * seeds > MAX_RUNS)
    throw new PlanMistake(
      'seeds',
      `found ${arms} arms × ${seeds} seeds = ${arms * seeds} runs, wanted at most ${MAX_RUNS}`,
    );
}
