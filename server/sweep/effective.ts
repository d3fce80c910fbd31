import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Arm } from './arm.ts';
import { toCanonicalJson } from './canonical-json.ts';
import {
  type DatasetSettings,
  isProgram,
  type ImportedTraining,
  isImported,
  type LossSettings,
  type TrainingSettings,
} from './settings.ts';

/**
 * The settings that decide what a run computes: those of its arm, with every setting masked that is never in force.
 * Equal effective settings are one computation.
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

/**
 * Whether the first `to` batches of an arm all come before the intra-class phase; true for an arm without the phase.
 */
export function isBeforePhase(arm: Pick<Arm, 'beta' | 'N' | 'training'>, to: number): boolean {
  return !hasIntraPhase(arm) || to <= arm.N;
}

/**
 * Masks the settings that are never in force. Every other setting counts, if only because a recorded metric depends on
 * it.
 */
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
 * The key of a run, made from what the run computes: every sweep that asks for the same computation finds this run.
 *
 * @param dataFingerprint of the data set as read
 * @param engine the name of the engine, with `+no-share` or any other suffix that decides what is computed
 */
export function runKey(effective: EffectiveSettings, seed: number, dataFingerprint: string, engine: string): string {
  return hash({ kind: 'run', effective, seed, dataFingerprint, engine });
}

/**
 * The key of the stage that ends at `to`: it names the state after the first `to` batches of a run. Up to N neither β
 * nor ε is in the graph, so runs that differ only in β, ε or N have the same key up to there.
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
  const identity = { ...rest, effective: { ...effective, training: computedTraining(effective.training) } };
  return bytesToHex(sha256(utf8ToBytes(toCanonicalJson(identity))));
}

/**
 * The settings of training that decide what is computed and what is recorded of it. How long a program may take does
 * not; its command and its files are in the engine's name.
 */
function computedTraining(training: TrainingSettings): object {
  if (isImported(training)) return importedComputation(training);
  if (!isProgram(training)) return { ...training, dataset: withoutPlaces(training.dataset) };
  const { program, ...own } = training;
  const { parameters, metrics, names, gpus, env } = program;
  return { ...own, program: { parameters, metrics, names, gpus, env } };
}

/**
 * Where results came from, how long the longest run is, and which settings only other runs have say nothing of what a
 * run was.
 */
function importedComputation({ imported, batches: _b, evalEvery: _e, ...own }: ImportedTraining): object {
  return { ...withoutNulls(own), imported: { parameters: imported.parameters } };
}

function withoutNulls(settings: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([key, value]) => [
      key,
      typeof value === 'object' && !Array.isArray(value) ? withoutNulls(value as Record<string, unknown>) : value,
    ]),
  );
}

/**
 * Settings that say where the files of a data set are. They are left out of every key, since the fingerprint says what
 * the files hold: data may be moved without training anew.
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

function withoutPlaces(dataset: DatasetSettings): object {
  return Object.fromEntries(Object.entries(dataset).filter(([key]) => !PLACES.has(key)));
}
