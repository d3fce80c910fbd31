import type { Assignment } from '../arm.ts';
import type { NUnit } from '../space/definition.ts';
import { hasIntraPhase } from '../effective.ts';
import { roundHalfUp } from './round-half-up.ts';
import type { ResolvedSettings, Resolver } from './resolve-settings.ts';

/**
 * An arm before it has a number and a name. Parameters that are never in force are already masked: β = 0, ε = 0, N =
 * the number of batches.
 */
export interface DraftArm {
  /** The point as drawn or enumerated, N in its unit; ablations are derived from it. */
  assignment: Assignment;
  ablation: string | null;
  settings: ResolvedSettings;
  alpha: number;
  beta: number;
  gamma: number;
  epsilon: number;
  N: number;
  control: boolean;
  /** Equal for arms that are the same computation. */
  key: string;
}

/**
 * @param place where the definition asks for the arm; empty for a point of the search
 * @returns null where the settings do not go together, which the resolver has noted
 */
export function toDraftArm(
  assignment: Assignment,
  unit: NUnit,
  resolver: Resolver,
  ablation: string | null = null,
  place = '',
): DraftArm | null {
  const settings = resolver.resolve(assignment, place);
  if (settings === null) return null;
  const { batches } = settings.training;
  // A program need not declare all of the five numbers. Where it declares β alone, β is in force from batch 0 on.
  const alpha = (assignment.alpha ?? 0) as number;
  const beta = (assignment.beta ?? 0) as number;
  const gamma = (assignment.gamma ?? 0) as number;
  const epsilon = (assignment.epsilon ?? 0) as number;
  const N = toBatches((assignment.N ?? 0) as number, unit, settings, resolver);
  const intra = hasIntraPhase({ beta, N, training: settings.training });
  const masked = intra ? { beta, epsilon, N } : { beta: 0, epsilon: 0, N: batches };
  const key = `${settings.id} ${alpha} ${gamma} ${masked.beta} ${masked.epsilon} ${masked.N}`;
  return {
    assignment,
    ablation,
    settings,
    alpha,
    gamma,
    ...masked,
    control: resolver.isControl(assignment, intra),
    key,
  };
}

function toBatches(N: number, unit: NUnit, { training }: ResolvedSettings, resolver: Resolver): number {
  if (unit === 'batches') return N;
  return roundHalfUp(N * (unit === 'fraction' ? training.batches : resolver.batchesPerEpoch(training)));
}
