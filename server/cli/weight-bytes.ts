import type { Arm } from '../sweep/arm.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import { ownTraining } from '../sweep/settings.ts';
import { finalCheckpointBytes } from '../training/network.ts';
import type { PlanWithSources } from './plan-definition.ts';

/**
 * The bytes that the final weights of a sweep take on the disk, by what `--keep-weights` keeps, with all that their
 * checkpoints hold besides weights. Runs that end with equal weights have one file, so it may be less.
 */
export interface WeightBytes {
  all: number;
  best: number;
}

export function weightBytes({ arms, seeds }: Plan, sourceOf: NonNullable<PlanWithSources['sourceOf']>): WeightBytes {
  const known = new Map<string, number>();
  const bytesOf = (arm: Arm): number => {
    const training = ownTraining(arm.training);
    const { model, optimizer, dataset, batches } = training;
    const key = JSON.stringify([model, optimizer.name, dataset, batches]);
    const bytes = known.get(key) ?? finalCheckpointBytes({ ...arm, training }, sourceOf(dataset));
    known.set(key, bytes);
    return bytes;
  };
  const best = arms.reduce((total, arm) => total + bytesOf(arm), 0);
  return { all: best * seeds.length, best };
}
