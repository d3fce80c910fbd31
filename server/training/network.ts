import { hasIntraPhase } from '../sweep/effective.ts';
import type { Hyperparameters } from '../sweep/arm.ts';
import type { LossSettings, ModelSettings, OwnTraining } from '../sweep/settings.ts';
import { checkpointBytes } from './checkpoint.ts';
import type { Dataset, SourceDescription } from './dataset.ts';
import { buildModel, type Model } from './models/model.ts';
import type { OptimizerStructure } from './optimizers/optimizer.ts';
import { buildOptimizer } from './optimizers/build-optimizer.ts';
import { learningRate } from './optimizers/schedule.ts';
import { initialState, stateParts, type HostState } from './state.ts';
import { epsilonScalar, type StepStructure } from './step.ts';

/** What one run trains: an arm's settings. */
export interface RunSettings extends Hyperparameters {
  loss: LossSettings;
  training: OwnTraining;
}

/** A run's settings, with the network that they describe for this data set. */
export interface Network {
  model: Model;
  settings: RunSettings;
  /**
   * The ε that the step carries: every ε that is trained, the first one maybe more than once. Where only one is trained
   * it is the settings' own.
   */
  epsilons: readonly number[];
  dataset: Dataset;
}

export function buildNetwork(
  settings: RunSettings,
  dataset: Dataset,
  epsilons: readonly number[] = [settings.epsilon],
): Network {
  return { model: buildModel(settings.training.model, dataset.shape), settings, epsilons, dataset };
}

/** What of a model decides its operations and shapes: the weights that it starts from do not. */
export function modelStructure({ weights: _, fresh: _fresh, ...model }: ModelSettings): ModelSettings {
  return model;
}

/** The state before batch 0 of the run with this seed. */
export function freshState({ model, settings, dataset }: Network, seed: number): HostState {
  const optimizer = buildOptimizer(optimizerStructure(settings));
  return initialState(model, optimizer, dataset.classes.length, settings.training.model.embedding, seed);
}

/** The structure of the step at batch t. It changes once at most, at the switch batch N. */
export function structureAt({ settings, epsilons, dataset }: Network, t: number): StepStructure {
  const { loss, alpha, gamma, N } = settings;
  const intra = hasIntraPhase(settings) && t >= N;
  return {
    classes: dataset.classes.length,
    loss: {
      truncation: loss.truncation,
      distance: loss.distance,
      centerUpdate: loss.centerUpdate,
      centerSpace: loss.centerSpace,
      centerOrder: loss.centerOrder,
      crossEntropyHead: loss.crossEntropyHead,
    },
    inForce: { crossEntropy: gamma > 0, interClass: alpha > 0, intraClass: intra },
    optimizer: optimizerStructure(settings),
    epsilons: intra ? epsilons.length : 1,
  };
}

export function optimizerStructure({ training: { optimizer } }: Pick<RunSettings, 'training'>): OptimizerStructure {
  return {
    name: optimizer.name,
    nesterov: optimizer.nesterov,
    decay: optimizer.weightDecay > 0,
    clip: optimizer.clipNorm !== null,
  };
}

/** How many bytes the checkpoint at the end of a run has (`checkpointBytes`). */
export function finalCheckpointBytes(
  settings: Pick<RunSettings, 'training'>,
  { shape, classes }: Pick<SourceDescription, 'shape' | 'classes'>,
): number {
  const { model, batches } = settings.training;
  const optimizer = buildOptimizer(optimizerStructure(settings));
  return checkpointBytes(batches, stateParts(buildModel(model, shape), optimizer, classes, model.embedding));
}

/** Every numeric hyperparameter at batch t, as the step's scalars. */
export function scalarsAt(network: Network, t: number): Record<string, number> {
  const { settings } = network;
  const epsilons = network.epsilons.slice(0, structureAt(network, t).epsilons);
  const { alpha, gamma, loss, training } = settings;
  const { optimizer } = training;
  return {
    alpha,
    beta: betaAt(settings, t),
    gamma,
    ...Object.fromEntries(epsilons.map((epsilon, i) => [epsilonScalar(i), epsilon])),
    s: loss.s,
    m: loss.m,
    centerRate: loss.centerRate,
    learningRate: learningRate(optimizer, training.batches, t),
    momentum: optimizer.momentum,
    beta1: optimizer.beta1,
    beta2: optimizer.beta2,
    correction1: 1 - optimizer.beta1 ** (t + 1),
    correction2: 1 - optimizer.beta2 ** (t + 1),
    adamEpsilon: optimizer.epsilon,
    weightDecay: optimizer.weightDecay,
    clipNorm: optimizer.clipNorm ?? 0,
  };
}

/** S22: β(t) is 0 before batch N and β from it on. */
export function betaAt({ beta, N }: Hyperparameters, t: number): number {
  return t < N ? 0 : beta;
}
