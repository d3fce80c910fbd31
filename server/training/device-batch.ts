import * as tf from '@tensorflow/tfjs-core';
import { Stream } from '../sweep/random.ts';
import { drawBatch, drawIndices, labelsOf } from './datasets/batch.ts';
import type { Tensors } from './engine.ts';
import type { Network } from './network.ts';
import { ResidentImages } from './resident-images.ts';

/** Everything that the host draws for batch t, as the step's `batch`; the caller disposes it. */
export function deviceBatch(network: Network, seed: number, t: number, resident = new ResidentImages(0)): Tensors {
  const { model, settings: { training: { batchSize, model: { dropout } } } } = network;
  return {
    ...(resident.takes(network) ? ofResidentImages(network, seed, t, resident) : ofOwnImages(network, seed, t)),
    ...(dropout > 0 ? { dropoutMask: dropoutMask(batchSize, model.dropoutWidth, dropout, seed, t) } : {}),
  };
}

function ofOwnImages({ settings: { training }, dataset }: Network, seed: number, t: number): Tensors {
  const { batchSize, dataset: { augment } } = training;
  const { images, labels } = drawBatch(dataset, { batchSize, augment }, seed, t);
  return { images: tf.tensor(images, [batchSize, ...dataset.shape]), labels: tf.tensor1d(labels, 'int32') };
}

function ofResidentImages({ settings: { training }, dataset }: Network, seed: number, t: number, resident: ResidentImages): Tensors {
  const indices = drawIndices(dataset, training.batchSize, seed, t);
  return { trainingImages: resident.of(dataset), indices: tf.tensor1d(indices, 'int32'), labels: tf.tensor1d(labelsOf(dataset.train, indices), 'int32') };
}

/** 0 with probability `share`, else 1/(1 − share), so that the expected activation stays what it is. */
function dropoutMask(rows: number, width: number, share: number, seed: number, t: number): tf.Tensor {
  const stream = new Stream(seed, 'dropout', t);
  const values = Float32Array.from({ length: rows * width }, () => (stream.uniform() < share ? 0 : 1 / (1 - share)));
  return tf.tensor2d(values, [rows, width]);
}
