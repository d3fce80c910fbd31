import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.ts';

/** Drops activations by the mask that comes with the batch; nothing where there is none. */
export const dropout: Layer = {
  apply: (x, { dropoutMask }) => (dropoutMask ? tf.mul(x, dropoutMask) : x),
  draw: (x) => x,
};
