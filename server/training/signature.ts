import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { Stream } from '../sweep/random.ts';
import type { LossSettings, ModelSettings, OwnTraining } from '../sweep/settings.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import type { Dataset, ImageShape, Part } from './dataset.ts';
import type { Engine } from './engine.ts';
import type { LossOptions, TermsInForce } from './losses/combined.ts';
import {
  buildNetwork,
  freshState,
  modelStructure,
  optimizerStructure,
  scalarsAt,
  type RunSettings,
} from './network.ts';
import type { OptimizerStructure } from './optimizers/optimizer.ts';
import { REFERENCE_STEP } from './reference-step.ts';
import { toDevice, toHost } from './state.ts';
import { StepCache } from './step-cache.ts';

/**
 * What decides which operations a run computes, and on which shapes. Runs that agree in it agree in their signature on
 * any machine.
 */
export interface SignedStructure {
  /** Without the weights that it starts from: bits are measured on weights that are drawn. */
  model: ModelSettings;
  /** [height, width, channels] */
  shape: ImageShape;
  classes: number;
  batchSize: number;
  loss: LossOptions;
  inForce: Omit<TermsInForce, 'intraClass'>;
  optimizer: OptimizerStructure;
}

/** @param images of its data set */
export function signedStructure(
  settings: Pick<RunSettings, 'alpha' | 'gamma' | 'loss' | 'training'>,
  images: Pick<SignedStructure, 'shape' | 'classes'>,
): SignedStructure {
  const { truncation, distance, centerUpdate, centerSpace, centerOrder, crossEntropyHead } = settings.loss;
  const { model, batchSize } = settings.training;
  return {
    model: modelStructure(model),
    shape: images.shape,
    classes: images.classes,
    batchSize,
    loss: { truncation, distance, centerUpdate, centerSpace, centerOrder, crossEntropyHead },
    inForce: { crossEntropy: settings.gamma > 0, interClass: settings.alpha > 0 },
    optimizer: optimizerStructure(settings),
  };
}

/** The small network that `doctor` times: its signature tells machines apart before there is a sweep. */
export const REFERENCE_STRUCTURE: SignedStructure = {
  model: { name: 'cnn-small', embedding: 64, dropout: 0 },
  shape: [28, 28, 1],
  classes: REFERENCE_STEP.classes,
  batchSize: 64,
  loss: REFERENCE_STEP.loss,
  inForce: { crossEntropy: true, interClass: true },
  optimizer: REFERENCE_STEP.optimizer,
};

const BATCHES = 3;
const SEED = 0;

/**
 * The signature of the bits that an engine computes here: SHA-256 of the state after three batches of noise, with the
 * intra-class term in force in the third. Machines that round a single operation of the step differently have different
 * signatures, though they may call themselves the same device.
 *
 * @returns 64 hex digits
 */
export async function measureSignature(engine: Engine, structure: SignedStructure): Promise<string> {
  const steps = new StepCache(engine); // of its own: steps for noise are of no use to the runs
  const network = buildNetwork(settingsOf(structure), noise(structure));
  let state = toDevice(freshState(network, SEED));
  try {
    for (let t = 0; t < BATCHES; t++) {
      const batch = steps.batch(network, SEED, t);
      const next = steps.training(network, t).run(state, batch, scalarsAt(network, t));
      tf.dispose([state, batch, next.outputs]);
      state = next.state;
    }
    const checkpoint = { batch: BATCHES, state: await toHost(state), intraLive: true };
    return createHash('sha256').update(encodeCheckpoint(checkpoint)).digest('hex');
  } finally {
    tf.dispose(state);
    steps.dispose();
  }
}

/** Numbers are those of a usual run. They are the same for every structure, since a signature is compared for years. */
function settingsOf({ model, classes, batchSize, loss, inForce, optimizer }: SignedStructure): RunSettings {
  const own: LossSettings = { ...loss, s: 30, m: 0.35, centerRate: 0.5 };
  const training: OwnTraining = {
    dataset: {
      name: 'glyphs',
      classes,
      train: BATCHES * batchSize,
      seed: SEED,
      validation: 1,
      splitSeed: SEED,
      augment: { shift: 0, flip: false, crop: 0, cutout: 0 },
      limit: null,
    },
    model,
    optimizer: {
      name: optimizer.name,
      nesterov: optimizer.nesterov,
      weightDecay: optimizer.decay ? 1e-4 : 0,
      clipNorm: optimizer.clip ? 1 : null,
      learningRate: 0.01,
      momentum: 0.9,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      schedule: 'constant',
      warmup: 0,
      steps: [],
      decay: 1,
    },
    batchSize,
    batches: BATCHES,
    evalEvery: BATCHES,
  };
  return {
    alpha: inForce.interClass ? 0.5 : 0,
    beta: 0.1,
    gamma: inForce.crossEntropy ? 1 : 0,
    epsilon: 0.05,
    N: BATCHES - 1,
    loss: own,
    training,
  };
}

function noise({ shape, classes, batchSize }: SignedStructure): Dataset {
  const stream = new Stream(SEED, 'signature');
  const part = (count: number): Part => ({
    count,
    pixels: Float32Array.from({ length: count * shape[0] * shape[1] * shape[2] }, () => stream.normal()),
    labels: Int32Array.from({ length: count }, () => stream.below(classes)),
  });
  return {
    name: 'noise',
    shape,
    classes: Array.from({ length: classes }, (_, index) => String(index)),
    train: part(BATCHES * batchSize),
    validation: part(1),
    test: null,
    mean: new Float32Array(shape[2]),
    std: new Float32Array(shape[2]).fill(1),
    fingerprint: 'noise',
  };
}
