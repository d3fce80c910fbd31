import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Arm } from './arm.ts';
import { toCanonicalJson } from './canonical-json.ts';
import type { LossSettings, TrainingSettings } from './settings.ts';

/**
 * What is computed: an arm's settings with those that are never in force masked. Equal effective settings are one
 * computation.
 */
export interface EffectiveSettings {
  alpha: number;
  /** 0 where the intra-class phase is never in force. */
  beta: number;
  gamma: number;
  /** null where the intra-class phase is never in force. */
  epsilon: number | null;
  /** null where the intra-class phase is never in force. */
  N: number | null;
  /** `centerRate` is null where the chosen `centerUpdate` does not use it. */
  loss: Omit<LossSettings, 'centerRate'> & { centerRate: number | null };
  training: TrainingSettings;
}

type ArmSettings = Pick<Arm, 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'loss' | 'training'>;

/** True where the intra-class term is in force for at least one batch. */
export function hasIntraPhase(arm: Pick<Arm, 'beta' | 'N' | 'training'>): boolean {
  return arm.beta > 0 && arm.N < arm.training.batches;
}

/** Whether a run's first `to` batches come before the intra-class phase, or there is none. */
export function isBeforePhase(arm: Pick<Arm, 'beta' | 'N' | 'training'>, to: number): boolean {
  return !hasIntraPhase(arm) || to <= arm.N;
}

/** Masks what is never in force; everything else always counts, if only because a recorded metric depends on it. */
export function effectiveSettings(arm: ArmSettings): EffectiveSettings {
  const intra = hasIntraPhase(arm);
  return {
    alpha: arm.alpha,
    beta: intra ? arm.beta : 0,
    gamma: arm.gamma,
    epsilon: intra ? arm.epsilon : null,
    N: intra ? arm.N : null,
    loss: effectiveLoss(arm.loss),
    training: arm.training,
  };
}

export function usesCenterRate(loss: Pick<LossSettings, 'centerUpdate'>): boolean {
  return loss.centerUpdate === 'ema' || loss.centerUpdate === 'wen';
}

export function effectiveLoss(loss: LossSettings): EffectiveSettings['loss'] {
  return usesCenterRate(loss) ? loss : { ...loss, centerRate: null };
}

/**
 * Names a run by what it computes, so that any sweep that asks for the same computation finds it.
 *
 * @param dataFingerprint of the data set as read
 * @param engine the name of the engine, with `+no-share` or whatever else is part of what was computed
 */
export function runKey(effective: EffectiveSettings, seed: number, dataFingerprint: string, engine: string): string {
  return hash({ kind: 'run', effective, seed, dataFingerprint, engine });
}

/**
 * Names the state after the first `to` batches of a run. Up to N neither β nor ε is in the graph, so runs that differ
 * only in what comes later have the same key: it is the key of the stage that ends at `to`.
 */
export function stageKey(
  effective: EffectiveSettings,
  to: number,
  seed: number,
  dataFingerprint: string,
  engine: string,
): string {
  return hash({ kind: 'stage', to, effective: effectiveBefore(effective, to), seed, dataFingerprint, engine });
}

/** The settings in force in the first `to` batches. */
function effectiveBefore(effective: EffectiveSettings, to: number): EffectiveSettings {
  return effective.N === null || effective.N < to ? effective : { ...effective, beta: 0, epsilon: null, N: null };
}

interface Computation {
  kind: 'run' | 'stage';
  effective: EffectiveSettings;
  [part: string]: unknown;
}

function hash({ effective, ...rest }: Computation): string {
  const { training } = effective;
  const identity = {
    ...rest,
    effective: { ...effective, training: { ...training, dataset: withoutPlaces(training.dataset) } },
  };
  return bytesToHex(sha256(utf8ToBytes(toCanonicalJson(identity))));
}

/**
 * Where a data set's files are. The fingerprint says what is in them, so that data may be moved without training anew.
 */
const PLACES = new Set([
  'folder',
  'file',
  'images',
  'labels',
  'validationImages',
  'validationLabels',
  'testImages',
  'testLabels',
]);

function withoutPlaces(dataset: TrainingSettings['dataset']): object {
  return Object.fromEntries(Object.entries(dataset).filter(([key]) => !PLACES.has(key)));
}
