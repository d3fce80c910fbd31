import * as tf from '@tensorflow/tfjs-core';
import { Stream } from '../sweep/random.ts';
import { drawBatch } from './datasets/batch.ts';
import type { Tensors } from './engine.ts';
import type { Network } from './network.ts';

/** Everything that the host draws for batch t, as the step's `batch`; the caller disposes it. */
export function deviceBatch({ model, settings: { training }, dataset }: Network, seed: number, t: number): Tensors {
  const { batchSize, dataset: { augment }, model: { dropout } } = training;
  const { images, labels } = drawBatch(dataset, { batchSize, augment }, seed, t);
  return {
    images: tf.tensor(images, [batchSize, ...dataset.shape]),
    labels: tf.tensor1d(labels, 'int32'),
    ...(dropout > 0 ? { dropoutMask: dropoutMask(batchSize, model.dropoutWidth, dropout, seed, t) } : {}),
  };
}

/** 0 with probability `share`, else 1/(1 − share), so that the expected activation stays what it is. */
function dropoutMask(rows: number, width: number, share: number, seed: number, t: number): tf.Tensor {
  const stream = new Stream(seed, 'dropout', t);
  const values = Float32Array.from({ length: rows * width }, () => (stream.uniform() < share ? 0 : 1 / (1 - share)));
  return tf.tensor2d(values, [rows, width]);
}
