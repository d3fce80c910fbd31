import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.ts';

/** Mean over the picture: [B, H, W, C] → [B, C]. */
export const globalAveragePool: Layer = {
  apply: (x) => tf.mean(x, [1, 2]),
  draw: (x, { layers, add }) => add(layers.globalAveragePooling2d({}), x),
};
