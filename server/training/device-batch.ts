import * as tf from '@tensorflow/tfjs-core';
import { Stream } from '../sweep/random.ts';
import type { Part } from './dataset.ts';
import { augments } from './datasets/augment.ts';
import { drawBatch, drawIndices, imagesOf, labelsOf } from './datasets/batch.ts';
import type { Tensors } from './engine.ts';
import type { Network } from './network.ts';
import { ResidentImages } from './resident-images.ts';

/** Everything that the host draws for batch t, as the step's `batch`; the caller disposes it. */
export function deviceBatch(network: Network, seed: number, t: number, resident = new ResidentImages(0)): Tensors {
  const {
    model,
    settings: {
      training: {
        batchSize,
        model: { dropout },
      },
    },
  } = network;
  return {
    ...(trainsOnResidentImages(network, resident)
      ? ofResidentImages(network, seed, t, resident)
      : ofOwnImages(network, seed, t)),
    ...(dropout > 0 ? { dropoutMask: dropoutMask(batchSize, model.dropoutWidth, dropout, seed, t) } : {}),
  };
}

/** Whether batches come from resident images. Augmented images do not: the host augments them anew for every batch. */
export function trainsOnResidentImages(
  { dataset, settings: { training } }: Network,
  resident: ResidentImages,
): boolean {
  return !augments(training.dataset.augment) && resident.takes(dataset, dataset.train);
}

/**
 * `batchSize` images of a part, beginning with number `start`, as the evaluation step's `batch`. Rows past the part's
 * end are filled up, and mean nothing. The caller disposes the batch.
 */
export function evaluationBatch(
  { dataset }: Network,
  part: Part,
  start: number,
  batchSize: number,
  resident: ResidentImages,
): Tensors {
  if (!resident.takes(dataset, part))
    return { images: tf.tensor(imagesOf(dataset, part, start, batchSize), [batchSize, ...dataset.shape]) };
  const indices = Int32Array.from({ length: batchSize }, (_, i) => Math.min(start + i, part.count - 1));
  return { residentImages: resident.of(dataset, part), indices: tf.tensor1d(indices, 'int32') };
}

function ofOwnImages({ settings: { training }, dataset }: Network, seed: number, t: number): Tensors {
  const {
    batchSize,
    dataset: { augment },
  } = training;
  const { images, labels } = drawBatch(dataset, { batchSize, augment }, seed, t);
  return { images: tf.tensor(images, [batchSize, ...dataset.shape]), labels: tf.tensor1d(labels, 'int32') };
}

function ofResidentImages(
  { settings: { training }, dataset }: Network,
  seed: number,
  t: number,
  resident: ResidentImages,
): Tensors {
  const indices = drawIndices(dataset, training.batchSize, seed, t);
  return {
    residentImages: resident.of(dataset, dataset.train),
    indices: tf.tensor1d(indices, 'int32'),
    labels: tf.tensor1d(labelsOf(dataset.train, indices), 'int32'),
  };
}

/** 0 with probability `share`, else 1/(1 − share), so that the expected activation stays what it is. */
function dropoutMask(rows: number, width: number, share: number, seed: number, t: number): tf.Tensor {
  const stream = new Stream(seed, 'dropout', t);
  const values = Float32Array.from({ length: rows * width }, () => (stream.uniform() < share ? 0 : 1 / (1 - share)));
  return tf.tensor2d(values, [rows, width]);
}
