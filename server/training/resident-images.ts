import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset.ts';
import { augments } from './datasets/augment.ts';
import { trainingImages } from './datasets/batch.ts';
import type { Step, Tensors } from './engine.ts';
import type { Network } from './network.ts';

/**
 * The training part of a data set on the engine's device, of the data set that was asked for last: a batch is then the numbers of
 * its images, and handing it over takes no time. Only where images are not augmented, which the host does.
 */
export class ResidentImages {
  readonly #bytes: number;
  #held: { dataset: Dataset; images: tf.Tensor } | null = null;

  /** @param bytes that there is room for; 0 where batches bring their images */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Whether a network trains on resident images. */
  takes({ dataset, settings: { training } }: Network): boolean {
    const size = 4 * dataset.train.count * dataset.shape.reduce((product, side) => product * side, 1);
    return !augments(training.dataset.augment) && size <= this.#bytes;
  }

  /** [count, height, width, channels]; the caller disposes it, and the images stay. */
  of(dataset: Dataset): tf.Tensor {
    if (this.#held?.dataset !== dataset) {
      this.dispose();
      this.#held = { dataset, images: tf.tensor(trainingImages(dataset), [dataset.train.count, ...dataset.shape]) };
    }
    return this.#held.images.clone();
  }

  dispose(): void {
    this.#held?.images.dispose();
    this.#held = null;
  }
}

/** The same step, of a batch that says by `indices` [B] which of `trainingImages` its images are. */
export function onResidentImages(step: Step): Step {
  return (state, { trainingImages, indices, ...batch }: Tensors, scalars) =>
    step(state, { ...batch, images: tf.gather(trainingImages!, indices as tf.Tensor1D) }, scalars);
}
