import { UserError } from '../sweep/user-error.ts';
import { sweepName } from './ids.ts';

/**
 * A sweep keeps the engine it started with: another one would make other bits of the same run, and pairs of unlike runs.
 * Asked before anything is changed, so that a refused sweep stays as it is.
 *
 * @param kept the engine that the sweep has; null where it has none yet @param asked null leaves the choice open
 */
export function refuseOtherEngine(sweepId: number, kept: string | null, asked: string | null): void {
  if (kept === null || asked === null || kept === asked) return;
  throw new UserError(`Cannot train ${sweepName(sweepId)} on ${asked}: it was started on ${kept}, and runs of two engines cannot be paired; `
    + 'leave --engine out to continue it, or add --fresh to train everything anew');
}
