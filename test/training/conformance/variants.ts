import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../../../server/sweep/settings.ts';
import { Stream } from '../../../server/sweep/random.ts';
import type { Step, Tensors } from '../../../server/training/engine.ts';
import { buildModel, type Model } from '../../../server/training/models/model.ts';
import { buildOptimizer } from '../../../server/training/optimizers/build-optimizer.ts';
import { initialState, toDevice } from '../../../server/training/state.ts';
import { buildStep, epsilonScalar, type StepStructure } from '../../../server/training/step.ts';
import { modelOf, networks, type NetworkName } from '../../helpers/networks.ts';

/** One structure of the training step: everything that decides which operations it has. */
export interface Variant {
  network: NetworkName;
  dropout?: number;
  loss?: Partial<StepStructure['loss']>;
  optimizer?: Partial<StepStructure['optimizer']>;
  inForce?: Partial<StepStructure['inForce']>;
  epsilons?: number;
  freeze?: string[];
}

const losses: StepStructure['loss'][] = [
  {
    truncation: 'batch',
    distance: 'cosine',
    centerUpdate: 'cumulative',
    centerSpace: 'unit',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  },
  {
    truncation: 'sample',
    distance: 'angle',
    centerUpdate: 'ema',
    centerSpace: 'unit',
    centerOrder: 'lossThenUpdate',
    crossEntropyHead: 'cosine',
  },
  {
    truncation: 'class',
    distance: 'euclidean',
    centerUpdate: 'wen',
    centerSpace: 'raw',
    centerOrder: 'updateThenLoss',
    crossEntropyHead: 'linear',
  },
  {
    truncation: 'none',
    distance: 'cosine',
    centerUpdate: 'batch',
    centerSpace: 'unit',
    centerOrder: 'lossThenUpdate',
    crossEntropyHead: 'linear',
  },
];

export const optimizers: StepStructure['optimizer'][] = (
  ['sgd', 'momentum', 'adam', 'adamw'] satisfies OptimizerSettings['name'][]
).map((name, i) => ({ name, nesterov: name === 'momentum', decay: i % 2 === 1, clip: i % 2 === 0 }));

/** Every network with every optimiser; every value of every option of the loss; terms switched off; several ε. */
export const variants: Variant[] = [
  ...networks.flatMap((network, i) =>
    optimizers.map((optimizer, j) => ({
      network,
      optimizer,
      loss: losses[(i + j) % losses.length]!,
      dropout: j === 2 ? 0.3 : 0,
    })),
  ),
  ...losses.map((loss) => ({ network: 'mlp' as const, loss, epsilons: 3 })),
  ...losses.map(({ truncation }) => ({
    network: 'mlp' as const,
    loss: { truncation, crossEntropyHead: 'cosine' as const },
    optimizer: { name: 'sgd' as const },
  })),
  { network: 'mlp', inForce: { intraClass: false } },
  { network: 'mlp', inForce: { intraClass: false, crossEntropy: false } },
  { network: 'mlp', inForce: { interClass: false, intraClass: false } },
  { network: 'mlp', inForce: { interClass: false }, optimizer: { decay: true, clip: true } },
  { network: 'every layer', freeze: ['conv1', 'norm1', 'repeat1/2', 'half/shortcutNorm', 'embedding'] },
  { network: 'mlp', freeze: ['dense1', 'dense2', 'embedding'], optimizer: { clip: true } },
  { network: 'mlp', freeze: ['dense1', 'head'] },
];

const CLASSES = 4;
const EMBEDDING = 6;
export const BATCH = 8;
const EPSILONS = [0.01, 0.2, 1.3];

export const scalars: Record<string, number> = {
  alpha: 0.5,
  beta: 0.3,
  gamma: 0.9,
  s: 20,
  m: 0.35,
  centerRate: 0.4,
  learningRate: 0.05,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.99,
  correction1: 0.1,
  correction2: 0.01,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 0.7,
  ...Object.fromEntries(EPSILONS.map((epsilon, i) => [epsilonScalar(i), epsilon])),
};

/** A variant on small images of noise. The caller disposes `state` and the batches. */
export function buildVariant({ network, dropout = 0, loss, optimizer, inForce, epsilons = 1, freeze }: Variant): {
  model: Model;
  step: Step;
  state: Tensors;
  batchOf: (t: number) => Tensors;
} {
  const shape = network === 'mlp' || network === 'cnn-small' ? [9, 9, 1] : [8, 8, 3];
  const structure: StepStructure = {
    classes: CLASSES,
    loss: { ...losses[0]!, ...loss },
    inForce: { interClass: true, intraClass: true, crossEntropy: true, ...inForce },
    optimizer: { ...optimizers[1]!, ...optimizer },
    epsilons,
  };
  const model = buildModel(
    { ...modelOf(network, { embedding: EMBEDDING, dropout }), ...(freeze ? { freeze } : {}) },
    shape,
  );
  const batchOf = (t: number): Tensors => {
    const stream = new Stream(5, 'batch', t);
    const noise = (size: number) => Float32Array.from({ length: size }, () => stream.normal());
    return {
      images: tf.tensor(noise(BATCH * shape[0]! * shape[1]! * shape[2]!), [BATCH, ...shape]),
      labels: tf.tensor1d(
        Int32Array.from({ length: BATCH }, () => stream.below(CLASSES)),
        'int32',
      ),
      ...(dropout > 0
        ? {
            dropoutMask: tf.tensor(
              noise(BATCH * model.dropoutWidth).map((value) => (value > 0 ? 2 : 0)),
              [BATCH, model.dropoutWidth],
            ),
          }
        : {}),
    };
  };
  return {
    model,
    step: buildStep(model, structure),
    state: toDevice(initialState(model, buildOptimizer(structure.optimizer), CLASSES, EMBEDDING, 3)),
    batchOf,
  };
}

/** Runs a step operation by operation. */
export function runPlainly(
  step: Step,
  state: Tensors,
  batch: Tensors,
  numbers: Record<string, number> = scalars,
): { state: Tensors; outputs: Tensors } {
  return tf.tidy(() => {
    const tensors = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, tf.scalar(value)]));
    return step(state, batch, tensors) as unknown as tf.TensorContainer;
  }) as unknown as { state: Tensors; outputs: Tensors };
}

export function describeVariant({ network, ...options }: Variant): string {
  return `${network} ${JSON.stringify(options)}`;
}
