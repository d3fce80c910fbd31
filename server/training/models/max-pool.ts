import * as tf from '@tensorflow/tfjs-core';
import type { LaidPool } from '../../sweep/network/laid-layer.ts';
import type { Layer } from './layer.ts';

/** Largest value of every window. */
export function maxPool({ size, stride, padding }: LaidPool): Layer {
  return {
    apply: (x) => tf.maxPool(x as tf.Tensor4D, size, stride, padding),
    draw: (x, { layers, add }) => add(layers.maxPooling2d({ poolSize: size, strides: stride, padding }), x),
  };
}
