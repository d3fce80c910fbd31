import type { Problem } from '../problem.ts';

/** More arms than this are a slip, not a study. */
export const MAX_ARMS = 100_000;
/** The largest grid whose points are looked at; constraints may drop most of them. */
export const MAX_POINTS = 10_000_000;
const MAX_BYTES = 2e9;

/** What a plan takes in memory: measured on plans of 10⁴ and 10⁵ arms (`bench/plan`), rounded up. */
const BYTES_PER_ARM = 2_000;
const BYTES_PER_RUN = 40;

/** A mistake that only planning can find. */
export class PlanMistake extends Error {
  readonly problem: Problem;
  constructor(path: string, message: string) {
    super(message);
    this.problem = { path, message };
  }
}

export function checkSize(arms: number, seeds: number): void {
  if (arms > MAX_ARMS)
    throw new PlanMistake('ablations', `found ${arms} arms with the ablations, wanted at most ${MAX_ARMS}`);
  const bytes = arms * BYTES_PER_ARM + arms * seeds * BYTES_PER_RUN;
  if (bytes > MAX_BYTES)
    throw new PlanMistake(
      'seeds',
      `found ${arms} arms × ${seeds} seeds = ${arms * seeds} runs, ` +
        `a plan of about ${(bytes / 1e9).toPrecision(2)} GB, wanted at most ${MAX_BYTES / 1e9} GB`,
    );
}
