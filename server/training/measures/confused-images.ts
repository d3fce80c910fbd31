import { confusedPairs, type ConfusedPair } from '../../sweep/confused-pairs.ts';
import type { Dataset, ImageShape, Part } from '../dataset.ts';
import { thumbnails } from './thumbnails.ts';

/** The pairs of classes that an evaluation confused most, with some of the images. */
export interface ConfusedImages {
  /** [height, width, channels] of the images as they are here, channels last. */
  shape: ImageShape;
  pairs: (ConfusedPair & {
    /** `index`: which image of the part. */
    images: { index: number; pixels: Uint8Array }[];
  })[];
}

const IMAGES_PER_PAIR = 6;

/** Of each pair the first images of the part: whoever compares runs sees the same ones. */
export function confusedImages(
  { shape }: Pick<Dataset, 'shape'>,
  part: Part,
  predictions: Int32Array,
  confusion: number[][],
): ConfusedImages {
  const pairs = confusedPairs(confusion).map((pair) => ({ ...pair, indices: firstOf(pair, part.labels, predictions) }));
  const { shape: small, pixels } = thumbnails(
    part,
    shape,
    pairs.flatMap(({ indices }) => indices),
  );
  const next = pixels.values();
  return {
    shape: small,
    pairs: pairs.map(({ indices, ...pair }) => ({
      ...pair,
      images: indices.map((index) => ({ index, pixels: next.next().value! })),
    })),
  };
}

function firstOf({ actual, predicted }: ConfusedPair, labels: Int32Array, predictions: Int32Array): number[] {
  const indices: number[] = [];
  for (let i = 0; i < labels.length && indices.length < IMAGES_PER_PAIR; i++)
    if (labels[i] === actual && predictions[i] === predicted) indices.push(i);
  return indices;
}
