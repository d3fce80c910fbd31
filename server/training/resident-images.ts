import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, Part } from './dataset.ts';
import { imagesOf } from './datasets/batch.ts';
import type { Step, Tensors } from './engine.ts';
import { rowsOf } from './ops/rows-of.ts';

/**
 * Images that stay on the engine's device: those of the data set that was asked for last. A batch is then only the
 * numbers of its images, and handing it over takes no time.
 */
export class ResidentImages {
  readonly #bytes: number;
  #held: { dataset: Dataset; parts: Map<Part, tf.Tensor> } | null = null;

  /** @param bytes how much room there is; 0 where batches bring their images */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /**
   * Whether the images of a part stay on the device. Training images do if there is room for them; images of the other
   * parts do if there is room for all parts.
   */
  takes({ shape: [height, width, channels], train, validation, test }: Dataset, part: Part): boolean {
    const count = part === train ? train.count : train.count + validation.count + (test?.count ?? 0);
    return 4 * count * height * width * channels <= this.#bytes;
  }

  /** [count, height, width, channels]; the caller disposes it, and the images stay. */
  of(dataset: Dataset, part: Part): tf.Tensor {
    if (this.#held?.dataset !== dataset) {
      this.dispose();
      this.#held = { dataset, parts: new Map() };
    }
    const { parts } = this.#held!;
    let images = parts.get(part);
    if (!images)
      parts.set(part, (images = tf.tensor(imagesOf(dataset, part, 0, part.count), [part.count, ...dataset.shape])));
    return images.clone();
  }

  dispose(): void {
    for (const images of this.#held?.parts.values() ?? []) images.dispose();
    this.#held = null;
  }
}

/**
 * The same step, for batches without images of their own: `indices` [B] says which of `residentImages` a batch consists
 * of.
 */
export function onResidentImages(step: Step): Step {
  return (state, { residentImages, indices, ...batch }: Tensors, scalars) =>
    step(state, { ...batch, images: rowsOf(residentImages!, indices!) }, scalars);
}
