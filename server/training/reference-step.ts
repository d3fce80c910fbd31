import * as tf from '@tensorflow/tfjs-core';
import type { ModelName } from '../sweep/settings.ts';
import { Stream } from '../sweep/random.ts';
import type { Engine, Tensors } from './engine.ts';
import { buildModel } from './models/model.ts';
import { buildOptimizer } from './optimizers/build-optimizer.ts';
import { initialState, toDevice } from './state.ts';
import { buildStep, type StepScalars, type StepStructure } from './step.ts';

export interface ReferenceStep {
  network: ModelName;
  batchSize: number;
}

const CLASSES = 10;
const EMBEDDING = 64;
const WARM_UP = 5;
/** Enough for a median, and not too many for a GPU in software, which takes seconds for a batch. */
const IN_A_ROW = 15;

/** Every term in force, momentum: what a sweep trains most of the time. */
export const REFERENCE_STEP: StepStructure = {
  classes: CLASSES,
  loss: {
    truncation: 'batch',
    distance: 'cosine',
    centerUpdate: 'cumulative',
    centerSpace: 'unit',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  },
  inForce: { interClass: true, intraClass: true, crossEntropy: true },
  epsilons: 1,
  optimizer: { name: 'momentum', nesterov: false, decay: false, clip: false },
};

const SCALARS: Record<keyof StepScalars, number> = {
  alpha: 0.5,
  beta: 0.1,
  gamma: 1,
  epsilon: 0.05,
  s: 30,
  m: 0.35,
  centerRate: 0.5,
  learningRate: 0.01,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  correction1: 0.1,
  correction2: 0.001,
  adamEpsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1,
};

/**
 * [height, width, channels] of the images that a network is timed on: grey digits for the small ones, CIFAR's for the
 * others.
 */
export function referenceShape(network: ModelName): [number, number, number] {
  return network === 'mlp' || network === 'cnn-small' ? [28, 28, 1] : [32, 32, 3];
}

/** How much work a batch is for JavaScript, on an engine that calls shaders of a GPU. */
export interface MainThread {
  /** Milliseconds for which a batch keeps JavaScript busy, median. */
  msPerBatch: number;
  /** How many shaders a batch calls. */
  dispatches: number;
}

/** A compiled, warmed-up reference step. */
export interface PreparedStep {
  /**
   * Trains one batch.
   *
   * @returns milliseconds until its metrics are read
   */
  time(): Promise<number>;
  /**
   * Trains some batches one after the other.
   *
   * @returns null on an engine that calls no shaders
   */
  mainThread(): Promise<MainThread | null>;
  /**
   * Whether the same step on the same state gives the same bits twice, in every metric and every tensor of the new
   * state.
   */
  repeats(): Promise<boolean>;
  dispose(): void;
}

/** The product's real step, to be timed batch by batch, so that several engines can take turns. */
export async function prepareReferenceStep(
  engine: Engine,
  { network, batchSize }: ReferenceStep,
): Promise<PreparedStep> {
  const shape = referenceShape(network);
  const model = buildModel({ name: network, embedding: EMBEDDING, dropout: 0 }, shape);
  let state = toDevice(initialState(model, buildOptimizer(REFERENCE_STEP.optimizer), CLASSES, EMBEDDING, 1));
  const batch = noise(batchSize, shape);
  const compiled = engine.compile(buildStep(model, REFERENCE_STEP), { state, batch, scalars: SCALARS });

  async function train(): Promise<{ elapsed: number; busy: number }> {
    const start = performance.now();
    const result = compiled.run(state, batch, SCALARS);
    const busy = performance.now() - start;
    await result.outputs.metrics!.data();
    const elapsed = performance.now() - start;
    tf.dispose([state, result.outputs]);
    state = result.state;
    return { elapsed, busy };
  }

  async function mainThread(): Promise<MainThread | null> {
    if (compiled.dispatches === undefined) return null;
    const busy: number[] = [];
    for (let i = 0; i < IN_A_ROW; i++) busy.push((await train()).busy);
    return { msPerBatch: median(busy), dispatches: compiled.dispatches };
  }

  async function bits(): Promise<Buffer> {
    const { state: next, outputs } = compiled.run(state, batch, SCALARS);
    const arrays = await Promise.all([outputs.metrics!, ...Object.values(next)].map((tensor) => tensor.data()));
    // Copies: on some engines the arrays are views of the engine's own memory.
    const copied = Buffer.concat(
      arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    );
    tf.dispose([next, outputs]);
    return copied;
  }

  for (let i = 0; i < WARM_UP; i++) await train();
  return {
    time: async () => (await train()).elapsed,
    mainThread,
    repeats: async () => (await bits()).equals(await bits()),
    dispose: () => {
      compiled.dispose();
      tf.dispose([state, batch]);
    },
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** A batch of noise: a step costs the same whatever its images show. */
function noise(batchSize: number, shape: [number, number, number]): Tensors {
  const stream = new Stream(1, 'noise');
  const pixels = batchSize * shape[0] * shape[1] * shape[2];
  return {
    images: tf.tensor(
      Float32Array.from({ length: pixels }, () => stream.normal()),
      [batchSize, ...shape],
    ),
    labels: tf.tensor(
      Int32Array.from({ length: batchSize }, () => stream.below(CLASSES)),
      [batchSize],
      'int32',
    ),
  };
}
